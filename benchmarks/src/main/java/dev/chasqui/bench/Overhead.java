package dev.chasqui.bench;

import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Report.Row;
import dev.chasqui.http.NdjsonLine;
import dev.chasqui.llama.NativeCalls;
import dev.chasqui.llama.common.JniCall;
import dev.chasqui.schedule.PrefixSharing;
import dev.chasqui.schedule.SchedulerTurn;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// What the engine itself takes, by JMH in a JVM of its own: a turn beside its decode, a long prefix beside computing
/// it, and what lies on a token's way: calls into C and C++, its text, its line. Nobody's model matters here, so it
/// runs over a model that does nothing and over a tiny one.
final class Overhead implements Section {

    private static final String NO_MODEL = "-";
    private static final String MICROS = " µs";
    private static final double MOST_TURN = 100;
    private static final double MOST_PREFIX = 1_000;

    @Override
    public String name() {
        return "overhead";
    }

    @Override
    public void measure(Trial trial, Report report) {
        ChainedOptionsBuilder options =
                new OptionsBuilder().verbosity(VerboseMode.SILENT).shouldFailOnError(true);
        if (trial.effort().quick()) {
            options.forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(100))
                    .param("tokens", "1500")
                    .param("sequences", "8");
        }
        run(options, NativeCalls.class, "ffmCall", "a call into C, FFM", report);
        run(options, JniCall.class, "jniCall", "a call into C++, JNI", report);
        run(options, NativeCalls.class, "tokenToPiece", "llama_token_to_piece", report);
        run(options, NativeCalls.class, "knownPiece", "a token's text, from Java's copy", report);
        run(options, NdjsonLine.class, "line", "a line of a streamed answer", report);
        Row turn = run(options, SchedulerTurn.class, "answering", "a turn without its decode, %s answering", report);
        run(options, SchedulerTurn.class, "comingAndGoing", "a turn without its decode, %s coming and going", report);
        run(options, PrefixSharing.class, "lookUp", "looking %s tokens up", report);
        Row prefix =
                run(options, PrefixSharing.class, "lookUpAndCopy", "looking %s tokens up and copying them", report);
        report.claim(new Claim(NO_MODEL, turn.name(), Rounds.median(turn.values()), false, MOST_TURN, MICROS));
        report.claim(new Claim(NO_MODEL, prefix.name(), Rounds.median(prefix.values()), false, MOST_PREFIX, MICROS));
    }

    /// @param name with `%s` for the benchmark's parameter, if it has one
    private static Row run(
            ChainedOptionsBuilder options, Class<?> benchmark, String method, String name, Report report) {
        try {
            Collection<RunResult> results = new Runner(new OptionsBuilder()
                            .parent(options.build())
                            .include(benchmark.getName() + "\\." + method + "$")
                            .timeUnit(TimeUnit.MICROSECONDS)
                            .build())
                    .run();
            RunResult result = results.iterator().next();
            double[] micros = result.getBenchmarkResults().stream()
                    .flatMap(fork -> fork.getIterationResults().stream())
                    .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                    .toArray();
            BenchmarkParams parameters = result.getParams();
            Object[] sizes = parameters.getParamsKeys().stream()
                    .map(parameters::getParam)
                    .toArray();
            Row row = new Row(NO_MODEL, name.formatted(sizes), MICROS.strip(), micros);
            report.add(row);
            return row;
        } catch (RunnerException e) {
            throw new IllegalStateException(benchmark.getSimpleName() + "." + method + ": " + e.getMessage(), e);
        }
    }
}
