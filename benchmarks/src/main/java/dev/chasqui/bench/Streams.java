package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.util.List;
import java.util.stream.IntStream;

/// Many answers streamed at once: all their tokens per second, through HTTP and in process.
final class Streams implements Section {

    private static final int STREAMS = 32;
    private static final int QUICK_STREAMS = 4;
    /// With its prompt a stream has some 55 tokens: 32 of them fit into [Workload#CONTEXT_TOKENS] side by side.
    private static final int TOKENS = 32;

    private static final int WORDS = 4;
    private static final int FIRST_NUMBER = 400_000;
    /// A greedy model goes on counting.
    private static final String ENDING = " Count: 1, 2, 3, 4,";

    @Override
    public String name() {
        return "streams";
    }

    @Override
    public void measure(Trial trial, Report report) {
        int streams = trial.effort().quick() ? QUICK_STREAMS : STREAMS;
        Workload workload = trial.workload();
        Backend embedded = trial.embedded();
        Backend server = trial.server();
        String inProcess = streams + " streams at once, embedded";
        String overHttp = streams + " streams at once, HTTP";
        Rounds measured = trial.effort()
                .measure(
                        new Subject(inProcess, i -> rate(workload, embedded, prompts(i, streams))),
                        new Subject(overHttp, i -> rate(workload, server, prompts(i, streams))));
        report.add(trial.model().name(), "tokens/s", measured);
        report.claim(Claim.atLeast(
                trial.model(),
                streams + " streams at once, HTTP / embedded",
                measured.ratio(overHttp, inProcess),
                0.9));
    }

    private static double rate(Workload workload, Backend backend, List<String> prompts) {
        return workload.atOnce(backend, prompts, TOKENS, prompts.size() * TOKENS * 9 / 10)
                .perSecond();
    }

    /// What is asked in one round: nothing that was asked before, the same of both sides.
    static List<String> prompts(int round, int streams) {
        return IntStream.range(0, streams)
                .mapToObj(i -> Texts.words(FIRST_NUMBER + round * streams + i, 0, WORDS) + ENDING)
                .toList();
    }
}
