package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.bench.Rounds.Subject;
import java.util.List;
import java.util.stream.IntStream;

/// Short requests that have nothing in common and come at once.
final class AtOnce implements Section {

    static final int REQUESTS = 16;

    private static final int WORDS = 20;
    private static final double MILLION = 1e6;

    @Override
    public String name() {
        return "at-once";
    }

    @Override
    public void measure(Trial trial, Report report) {
        Workload workload = trial.workload();
        Backend embedded = trial.embedded();
        Backend server = trial.server();
        report.add(
                trial.model().name(),
                "ms",
                trial.effort()
                        .measure(
                                new Subject(
                                        "16 short requests at once, embedded",
                                        i -> millis(workload, embedded, prompts(i))),
                                new Subject(
                                        "16 short requests at once, HTTP", i -> millis(workload, server, prompts(i)))));
    }

    /// What is asked at once in one round.
    static List<String> prompts(int round) {
        return IntStream.range(0, REQUESTS)
                .mapToObj(i -> Texts.words(10_000 + round * REQUESTS + i, 0, WORDS))
                .toList();
    }

    private static double millis(Workload workload, Backend backend, List<String> prompts) {
        return workload.atOnceNanos(backend, prompts, Workload.SHORT_TOKENS, 1) / MILLION;
    }
}
