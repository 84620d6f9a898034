package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/// How long the first piece of an answer takes, beside what the prompt alone costs.
///
/// What HTTP adds is a millisecond or two, less than a prefill varies from one to the next. So it is measured with the
/// prompt in the cache of both sides, after as many requests as make both JVMs compile what is timed, and several
/// times in a row, since the first one finds the other side's weights in the processor's caches.
final class FirstToken implements Section {

    /// First tokens measured per round: short measurements whose difference counts.
    private static final int PER_ROUND = 4;
    private static final int CACHED_WARMUPS = 100;
    private static final int IN_A_ROW = 10;

    private static final double MILLION = 1e6;
    private static final String BARE = "prefill 30, bare loop";
    private static final String EMBEDDED = "first token, embedded";
    private static final String HTTP = "first token, HTTP";
    private static final String CACHED_EMBEDDED = "first token, prompt cached, embedded";
    private static final String CACHED_HTTP = "first token, prompt cached, HTTP";

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

            String known = prompts.getFirst();
            Rounds cached = cached(trial.effort())
                    .measure(
                            new Subject(CACHED_EMBEDDED, i -> inARow(workload, embedded, known)),
                            new Subject(CACHED_HTTP, i -> inARow(workload, server, known)));
            report.add(model.name(), "ms", cached);
            report.claim(Claim.atMost(
                            model,
                            "time to first token, HTTP - embedded",
                            cached.difference(CACHED_HTTP, CACHED_EMBEDDED),
                            3)
                    .in(" ms"));
        }
    }

    /// Milliseconds, the median.
    private static double inARow(Workload workload, Backend backend, String prompt) {
        return Rounds.median(IntStream.range(0, IN_A_ROW)
                .mapToDouble(i -> workload.firstTokenNanos(backend, prompt, Workload.FIRST_TOKEN_PROMPT) / MILLION)
                .toArray());
    }

    private static Effort cached(Effort effort) {
        return (effort.quick() ? effort : effort.withRounds(effort.rounds(), CACHED_WARMUPS))
                .withPause(Duration.ofMillis(20));
    }
}
