package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.util.List;
import java.util.stream.IntStream;

/// How long the first piece of an answer takes, beside what the prompt alone costs.
final class FirstToken implements Section {

    /// First tokens measured per round: short measurements whose difference counts.
    private static final int PER_ROUND = 4;

    private static final double MILLION = 1e6;
    private static final String BARE = "prefill 30, bare loop";
    private static final String EMBEDDED = "first token, embedded";
    private static final String HTTP = "first token, HTTP";

    @Override
    public String name() {
        return "first-token";
    }

    @Override
    public void measure(Trial trial, Report report) {
        BenchModel model = trial.model();
        Workload workload = trial.workload();
        Backend embedded = trial.embedded();
        Backend server = trial.server();
        Effort effort = trial.effort().times(PER_ROUND);
        int length = Workload.FIRST_TOKEN_PROMPT;
        try (BareLoop bare = new BareLoop(model.gguf(), Workload.CONTEXT_TOKENS, effort.threads())) {
            Texts texts = bare.texts();
            List<String> prompts = IntStream.range(0, effort.turns())
                    .mapToObj(i -> texts.of(length, i))
                    .toList();
            Rounds measured = effort.measure(
                    new Subject(BARE, i -> bare.prefillNanos(bare.tokens(prompts.get(i))) / MILLION),
                    new Subject(EMBEDDED, i -> workload.firstTokenNanos(embedded, prompts.get(i), length) / MILLION),
                    new Subject(HTTP, i -> workload.firstTokenNanos(server, prompts.get(i), length) / MILLION));
            report.add(model.name(), "ms", measured);
            report.claim(Claim.atMost(
                    model, "time to first token, embedded / bare prefill", measured.ratio(EMBEDDED, BARE), 1.1));
            report.claim(
                    Claim.atMost(model, "time to first token, HTTP - embedded", measured.difference(HTTP, EMBEDDED), 3)
                            .in(" ms"));
        }
    }
}
