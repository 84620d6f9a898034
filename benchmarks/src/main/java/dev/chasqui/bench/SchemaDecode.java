package dev.chasqui.bench;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Backend;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.util.function.UnaryOperator;

/// How fast text comes that is held to a schema: what must follow is not drawn, so it should come faster than such text
/// without a schema.
final class SchemaDecode implements Section {

    private static final int QUESTIONS = 8;
    private static final int PLAIN_TOKENS = 40;
    private static final int MOST_TOKENS = 80;
    private static final int QUICK_TOKENS = 12;
    private static final double TARGET = 1.3;

    private static final String SCHEMA = """
            {"type": "object", "required": ["action", "confidence", "reason"],
             "properties": {
               "action": {"enum": ["BUY", "SELL", "HOLD"]},
               "confidence": {"type": "number", "minimum": 0, "maximum": 1},
               "reason": {"type": "string", "maxLength": 60}}}""";

    /// So that a model without a schema writes the same kind of text.
    static final String EXAMPLES = """
            AAPL closed at 191.2, up 3 percent on strong sales.
            {"action": "BUY", "confidence": 0.85, "reason": "Strong sales and a rising price."}
            MSFT closed at 402.5, down 4 percent, margins shrink.
            {"action": "SELL", "confidence": 0.7, "reason": "Shrinking margins weigh on the price."}
            TSLA closed at 175.3, unchanged, no news.
            {"action": "HOLD", "confidence": 0.6, "reason": "There is no news to act on."}
            """;

    @Override
    public String name() {
        return "json";
    }

    @Override
    public void measure(Trial trial, Report report) {
        Subject held = subject(trial, "JSON by schema", MOST_TOKENS, SchemaDecode::held);
        Subject drawn = subject(
                trial,
                "JSON by schema, each token drawn",
                MOST_TOKENS,
                settings -> held(settings).withTopLogprobs(0));
        Subject plain = subject(trial, "JSON without a schema", PLAIN_TOKENS, settings -> settings);
        Rounds measured = trial.effort().measure(held, drawn, plain);
        report.add(trial.model().name(), "characters/s", measured);
        report.claim(Claim.atLeast(
                trial.model(),
                "text per second, JSON by schema / without",
                measured.ratio(held.name(), plain.name()),
                TARGET));
    }

    /// Asks for such a decision; one that a limit cuts off is closed, where the backend can do that.
    static Settings held(Settings settings) {
        return settings.withFormat(SCHEMA).withOnLength(OnLength.CLOSE);
    }

    private static Subject subject(Trial trial, String name, int most, UnaryOperator<Settings> how) {
        Effort effort = trial.effort();
        Backend embedded = trial.embedded();
        int tokens = effort.quick() ? QUICK_TOKENS : most;
        int questions = effort.quick() ? 1 : QUESTIONS;
        return new Subject(name, round -> {
            long characters = 0;
            long nanos = 0;
            for (int i = 0; i < questions; i++) {
                GenerateRequest request = trial.workload().request(EXAMPLES + question(round, i), tokens);
                GenerateRequest asked = request.withSettings(how.apply(request.settings()));
                long start = System.nanoTime();
                Answer answer = embedded.generate(asked).answer();
                nanos += System.nanoTime() - start;
                characters += answer.text().length();
            }
            return characters * 1e9 / nanos;
        });
    }

    /// All subjects are asked the same; no two rounds are.
    static String question(int round, int question) {
        return "NVDA closed at " + (800 + round) + "." + question + ", up " + (1 + question)
                + " percent on new orders.\n";
    }
}
