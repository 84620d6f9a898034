package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Option;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.bench.Workload.Decoded;
import java.util.ArrayList;
import java.util.List;

/// What guessing tokens from the text so far gains where a text repeats itself, and loses where it does not.
final class DraftGain implements Section {

    private static final int[] DRAFTS = {4, 8};
    /// Answers with fewer tokens say little about speed.
    private static final int LEAST_TOKENS = 48;

    private static final int ATTEMPTS = 20;

    /// @param temperature above 0: greedy prose goes round in circles, and a seed must be able to avoid an early end
    /// @param target      of the rate with drafts, as a share of the rate without
    private record Kind(String name, String prompt, double temperature, double target) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("rows of JSON", """
                    {"symbol": "AAPL", "price": 191.2, "trend": "up", "volume": 1200, "signal": "BUY"}
                    {"symbol": "MSFT", "price": 402.5, "trend": "down", "volume": 3400, "signal": "SELL"}
                    {"symbol": "NVDA", "price": 880.1, "trend": "up", "volume": 5600, "signal": "BUY"}
                    {"symbol": "TSLA", "price": 175.3, "trend": "down", "volume": 7800, "signal": "SELL"}
                    {"symbol": "AMZN", "price": 178.9, "trend": "up", "volume": 9000, "signal": "BUY"}
                    """, 0.2, 1),
            new Kind(
                    "prose",
                    "The old lighthouse keeper climbed the stairs that night as he had done for thirty years, but"
                            + " something in the wind was different, and when he reached the lamp he saw, far out on"
                            + " the water,",
                    0.8,
                    0.97),
            new Kind(
                    "an essay",
                    "Why do markets fall faster than they rise? There are several explanations, and none of them is"
                            + " complete. The first has to do with fear: people who lose money",
                    0.8,
                    0.97));

    @Override
    public String name() {
        return "drafts";
    }

    @Override
    public void measure(Trial trial, Report report) {
        Backend embedded = trial.embedded();
        for (Kind kind : KINDS) measure(trial, embedded, kind, report);
    }

    private static void measure(Trial trial, Backend backend, Kind kind, Report report) {
        Subject plain = subject(trial, backend, kind, 0);
        List<Subject> drafting = new ArrayList<>();
        for (int draft : DRAFTS) drafting.add(subject(trial, backend, kind, draft));
        List<Subject> all = new ArrayList<>(drafting);
        all.addFirst(plain);
        Rounds measured = trial.effort().measure(all);
        report.add(trial.model().name(), "tokens/s", measured);
        for (Subject drafts : drafting) {
            report.claim(Claim.atLeast(
                    trial.model(),
                    drafts.name() + " / none",
                    measured.ratio(drafts.name(), plain.name()),
                    kind.target()));
        }
    }

    private static Subject subject(Trial trial, Backend backend, Kind kind, int draft) {
        Workload workload =
                trial.workload().with(Option.TEMPERATURE, kind.temperature()).with(Option.DRAFT_NUM_PREDICT, draft);
        String name = "decode " + kind.name() + ", " + (draft == 0 ? "no drafts" : "drafts of " + draft);
        return new Subject(name, round -> rate(workload, backend, kind, round));
    }

    /// The same seeds for all, so that they draw alike as far as rounding lets them.
    private static double rate(Workload workload, Backend backend, Kind kind, int round) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Decoded decoded =
                    workload.with(Option.SEED, round * ATTEMPTS + attempt).decode(backend, kind.prompt());
            if (decoded.tokens() >= LEAST_TOKENS) return decoded.perSecond();
        }
        throw new IllegalStateException(
                "the model ends \"" + kind.name() + "\" before " + LEAST_TOKENS + " tokens, whatever the seed");
    }
}
