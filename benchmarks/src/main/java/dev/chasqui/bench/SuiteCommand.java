package dev.chasqui.bench;

import dev.chasqui.api.BackendException;
import dev.chasqui.cli.Bars;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `suite`: the trading system's work and single calls, by JMH, on every side in turns, and a report of it.
@Command(
        name = "suite",
        footer = {
            "",
            "CHASQUI_LLAMA_BENCH=FILE runs llama.cpp's llama-bench before and after, as a measure of the machine."
        },
        description = "Measures the engine in this JVM, our own server and an Ollama server at the same work, in turns."
                + " Status 1: something could not be measured.")
final class SuiteCommand implements Callable<Integer> {

    private static final int ROUNDS = 5;
    private static final int QUICK_ROUNDS = 3;
    /// With the last turn and the start of the servers it is six minutes.
    private static final Duration QUICK_LIMIT = Duration.ofSeconds(255);

    private static final Duration NO_LIMIT = Duration.ofDays(2);
    private static final String REPORT = "suite";
    /// What shows in minutes that all sides work.
    private static final List<String> QUICK =
            List.of("decode", "first-token-short", "first-token-shared", "json", "choices", "b3-burst");

    @Option(
            names = "--ollama",
            paramLabel = "URL",
            description = "An Ollama server to compare with; it must have the models. Default: CHASQUI_BENCH_OLLAMA.")
    private @Nullable URI ollama;

    @Option(
            names = "--workload",
            split = ",",
            paramLabel = "NAME",
            description = "Only these. Default: all; quick: decode, first-token-short, first-token-shared, json,"
                    + " choices, b3-burst.")
    private List<String> workloads = new ArrayList<>();

    @Option(names = "--model", paramLabel = "NAME", description = "A model of the store. Default: ${DEFAULT-VALUE}.")
    private String name = BenchModel.STANDARD;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "JVMs for each side of each workload; from 3 on a difference can be told. Default: 5; quick: 3.")
    private @Nullable Integer rounds;

    @Option(
            names = "--soak",
            paramLabel = "MINUTES",
            description = "How long b8-soak goes on, for each side. Default: ${DEFAULT-VALUE}.")
    private int soakMinutes = 5;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: every core.")
    private int threads = BenchModel.threads();

    @Option(names = "--quick", description = "Some workloads, small: some six minutes on two cores.")
    private boolean quick;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where suite.json, suite.md and suite.html go. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("target", "results");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter screen = Objects.requireNonNull(spec).commandLine().getOut();
        if (soakMinutes < 1) throw new IllegalArgumentException("--soak is " + soakMinutes + "; expected >= 1");
        int turns = rounds == null ? (quick ? QUICK_ROUNDS : ROUNDS) : rounds;
        if (turns < 1) throw new IllegalArgumentException("--rounds is " + turns + "; expected >= 1");
        if (ollama != null) System.setProperty(Side.OLLAMA_PROPERTY, ollama.toString());
        System.setProperty(Suite.QUIET, "warn");
        SuiteSettings settings =
                quick ? SuiteSettings.quick(threads) : SuiteSettings.full(Duration.ofMinutes(soakMinutes), threads);
        List<Task> tasks = chosen(settings.tasks());
        BenchModel model = settings.inOneStore(BenchModel.named(name), tasks);

        Report report = new Report(threads);
        report.noteVersions();
        report.note("effort", (quick ? "quick, " : "") + turns + " rounds");
        screen.println(report.machineLine());
        if (report.machineIsBusy()) {
            screen.println("The machine is busy: decoding threads wait for each other, and no ratio means much.");
        }
        try (ServerProcess server = ServerProcess.start(
                        Map.of("OLLAMA_MODELS", model.store().toString()));
                Bars bars = Bars.onStandardError()) {
            System.setProperty(Side.HTTP_PROPERTY, server.uri().toString());
            Suite suite = new Suite(model, settings, sides(), turns, quick ? QUICK_LIMIT : NO_LIMIT, true);
            List<Task> comparable = comparable(suite, tasks, report);
            report.noteServers(suite.sides(), model);
            double before = bareRate(model);
            suite.run(
                    comparable,
                    forkArguments(model),
                    report,
                    (what, done, all) -> bars.count("measuring", what, done, all),
                    screen);
            if (before > 0) {
                report.add(new Report.Row(
                        model.name(), "llama-bench, 128 tokens, before and after", "tokens/s", new double[] {
                            before, bareRate(model)
                        }));
            }
        }
        report.write(out, REPORT);
        screen.println(report.markdown());
        screen.println("Written to " + out.toAbsolutePath() + ": suite.md, suite.json and suite.html");
        return report.isWhole() ? 0 : 1;
    }

    /// Those whose model every side has, and has alike.
    private List<Task> comparable(Suite suite, List<Task> tasks, Report report) {
        List<Task> comparable = new ArrayList<>(tasks);
        for (BenchModel asked : suite.models(tasks)) {
            try {
                String same = SameQuestion.check(suite.sides(), asked, Workload.CONTEXT_TOKENS, threads);
                report.note("asked alike, " + asked.name(), same);
            } catch (IllegalStateException | BackendException e) {
                report.notMeasured("all of " + asked.name(), e);
                comparable.removeAll(suite.of(asked, tasks));
            }
        }
        return comparable;
    }

    private List<Task> chosen(List<Task> all) {
        List<String> known = all.stream().map(Task::name).toList();
        List<String> wanted = !workloads.isEmpty() ? workloads : quick ? QUICK : known;
        for (String each : wanted) {
            if (!known.contains(each)) {
                throw new IllegalArgumentException(
                        "--workload names \"" + each + "\"; expected some of " + String.join(", ", known));
            }
        }
        return all.stream()
                .filter(task -> wanted.contains(task.name()))
                .map(task -> quick ? task.brief() : task)
                .toList();
    }

    /// Tokens per second of llama.cpp's own benchmark; 0 where there is none.
    private double bareRate(BenchModel model) {
        return CompareCommand.llamaBench()
                .map(program -> new LlamaBench(program, model.gguf(), threads).generation(Workload.DECODE_TOKENS))
                .orElse(0.0);
    }

    /// The one the others are compared with comes last.
    private static List<String> sides() {
        List<String> sides = new ArrayList<>(List.of(Side.EMBEDDED, Side.HTTP));
        if (Side.external().isPresent()) sides.add(Side.OLLAMA);
        return sides;
    }

    /// What the forks must know beside the settings: where the servers and the models are.
    private static List<String> forkArguments(BenchModel model) {
        List<String> arguments = new ArrayList<>();
        arguments.add("-D" + BenchModel.STORE_PROPERTY + "=" + model.store());
        arguments.add("-D" + Side.HTTP_PROPERTY + "=" + System.getProperty(Side.HTTP_PROPERTY));
        Optional<URI> stranger = Side.external();
        stranger.ifPresent(uri -> arguments.add("-D" + Side.OLLAMA_PROPERTY + "=" + uri));
        return arguments;
    }
}
