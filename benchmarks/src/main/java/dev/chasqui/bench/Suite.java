package dev.chasqui.bench;

import dev.chasqui.bench.Task.Shots;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// The same tasks for every side, by JMH, in turns: A B A B, each turn in a JVM of its own.
///
/// A round goes through all tasks, and the sides take turns within each, so that what the machine does meanwhile hits
/// all of them alike. Two rounds of one side lie as far apart as can be: what they differ by is what a repetition
/// tomorrow would differ by, at least.
///
/// @param sides  as [Side#open] names them, the one the others are compared with last
/// @param rounds JVMs for each side of each task
/// @param limit  no turn begins after so long; what is left out is noted in the report
/// @param forked whether a turn gets a JVM of its own; without, only to see that it runs
record Suite(BenchModel model, SuiteSettings settings, List<String> sides, int rounds, Duration limit, boolean forked) {

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    /// JMH writes it before an exception.
    private static final String FAILURE = "<failure>";

    /// What an engine says of each load would drown the report.
    static final String QUIET = "org.slf4j.simpleLogger.defaultLogLevel";

    /// Hears what runs.
    interface Steps {

        void step(String what, int done, int all);
    }

    /// One side's turn at a task.
    private record Turn(Task task, String side, int round) {

        @Override
        public String toString() {
            return task.name() + ", " + side;
        }
    }

    /// Runs tasks. One that a side cannot do is reported as such, and the others still run.
    ///
    /// @param jvmArguments for the forks, beside those that carry the settings
    void run(List<Task> tasks, List<String> jvmArguments, Report report, Steps steps, PrintWriter screen) {
        Map<String, Map<String, Measured>> measured = new LinkedHashMap<>();
        tasks.forEach(task -> measured.put(task.name(), new LinkedHashMap<>()));
        List<Turn> turns = turns(tasks);
        Set<String> failed = new HashSet<>();
        long begin = System.nanoTime();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (System.nanoTime() - begin > limit.toNanos()) {
                report.note(
                        "left out",
                        (turns.size() - i) + " of " + turns.size() + " turns, after " + limit.toSeconds() + " s");
                break;
            }
            steps.step(turn.toString(), i, turns.size());
            if (failed.contains(turn.toString())) continue;
            try {
                Measured shots = run(turn, jvmArguments);
                measured.getOrDefault(turn.task().name(), Map.of()).merge(turn.side(), shots, Measured::plus);
            } catch (IllegalStateException e) {
                failed.add(turn.toString());
                report.notMeasured(turn.toString(), e);
                screen.println(turn + ": " + e.getMessage());
            }
        }
        steps.step("done", turns.size(), turns.size());
        for (Task task : tasks) {
            Map<String, Measured> bySide = new LinkedHashMap<>();
            for (String side : sides) {
                Measured one = measured.getOrDefault(task.name(), Map.of()).get(side);
                if (one != null && !failed.contains(new Turn(task, side, 0).toString())) bySide.put(side, one);
            }
            if (bySide.isEmpty()) continue;
            String asked = settings.modelFor(task, model).name();
            report.add(new Outcome(asked, task.name(), task.what(), bySide));
        }
    }

    /// Those that answer these tasks.
    List<BenchModel> models(List<Task> tasks) {
        return tasks.stream()
                .map(task -> settings.modelFor(task, model))
                .distinct()
                .toList();
    }

    /// Those of the tasks that a model answers.
    List<Task> of(BenchModel asked, List<Task> tasks) {
        return tasks.stream()
                .filter(task -> settings.modelFor(task, model).equals(asked))
                .toList();
    }

    /// In the order in which they run.
    List<String> order(List<Task> tasks) {
        return turns(tasks).stream().map(Turn::toString).toList();
    }

    private List<Turn> turns(List<Task> tasks) {
        List<Turn> turns = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (Task task : tasks) {
                if (round >= task.shots().rounds()) continue;
                for (String side : sides) turns.add(new Turn(task, side, round));
            }
        }
        return turns;
    }

    private Measured run(Turn turn, List<String> jvmArguments) {
        Path log = null;
        try {
            log = Files.createTempFile("chasqui-bench-jmh", ".log");
            return run(turn, jvmArguments, log);
        } catch (IOException e) {
            throw new UncheckedIOException("JMH has nowhere to write to: " + e.getMessage(), e);
        } finally {
            if (log != null) log.toFile().delete();
        }
    }

    private Measured run(Turn turn, List<String> jvmArguments, Path log) {
        Shots shots = turn.task().shots();
        List<String> arguments = new ArrayList<>(settings.jvmArguments());
        arguments.add("-D" + QUIET + "=warn");
        arguments.addAll(jvmArguments);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + WorkloadBenchmark.class.getSimpleName() + "\\.shot$")
                .param("backend", turn.side())
                .param("model", model.name())
                .param("workload", turn.task().name())
                .param("round", "" + turn.round())
                .forks(forked ? 1 : 0)
                .warmupIterations(shots.warmups())
                .measurementIterations(shots.counted())
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(arguments.toArray(String[]::new))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL)
                .output(log.toString());
        try {
            return measured(new Runner(options.build()).run());
        } catch (RunnerException e) {
            throw new IllegalStateException(reason(log).orElse(String.valueOf(e.getMessage())), e);
        }
    }

    /// What JMH wrote down of a failure, since a fork's exception does not come back.
    private static Optional<String> reason(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.dropWhile(line -> !line.contains(FAILURE))
                    .skip(1)
                    .filter(line -> !line.isBlank())
                    .findFirst()
                    .map(line -> line.replaceFirst("^[\\w.$]+(Exception|Error): ", ""));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Measured measured(Collection<RunResult> results) {
        List<IterationResult> iterations = results.stream()
                .flatMap(result -> result.getBenchmarkResults().stream())
                .flatMap(fork -> fork.getIterationResults().stream())
                .toList();
        if (iterations.isEmpty()) throw new IllegalStateException("it ended without a measurement");
        double[] millis = iterations.stream()
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray();
        Counts counts = iterations.stream().map(Suite::counts).reduce(Counts.NONE, Counts::plus);
        double bytes = iterations.stream()
                .mapToDouble(iteration -> secondary(iteration, ALLOCATED))
                .average()
                .orElse(0);
        return new Measured(List.of(millis), counts, bytes);
    }

    private static Counts counts(IterationResult iteration) {
        return new Counts(
                (int) secondary(iteration, "calls"),
                (int) secondary(iteration, "promptTokens"),
                (int) secondary(iteration, "cachedTokens"),
                (int) secondary(iteration, "answerTokens"),
                (int) secondary(iteration, "silent"),
                (int) secondary(iteration, "late"),
                (int) secondary(iteration, "refused"),
                (int) secondary(iteration, "left"));
    }

    private static double secondary(IterationResult iteration, String name) {
        for (Map.Entry<String, Result> each : iteration.getSecondaryResults().entrySet()) {
            if (each.getKey().endsWith(name)) return each.getValue().getScore();
        }
        return 0;
    }
}
