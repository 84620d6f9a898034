package dev.chasqui.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `compare`: the promised figures, measured in turns, with targets met and missed.
@Command(
        name = "compare",
        description = "Measures the promised figures, in turns. Status 1: a section could not be measured.",
        footer = {
            "",
            "CHASQUI_BENCH_OLLAMA=URL compares with that server instead of our own; it must have the models.",
            "CHASQUI_LLAMA_BENCH=FILE compares with llama.cpp's llama-bench, too."
        })
final class CompareCommand implements Callable<Integer> {

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SECTION",
            completionCandidates = Sections.class,
            description = "Only these of ${COMPLETION-CANDIDATES}.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--model", paramLabel = "NAME", description = "A model of the store. Default: smollm2:135m.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--gguf", paramLabel = "FILE", description = "A file instead.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--rounds", paramLabel = "N", description = "Measurements that count. Default: 7; quick: 1.")
    private @Nullable Integer rounds;

    @Option(names = "--warmups", paramLabel = "N", description = "Rounds before them. Default: 2; quick: 0.")
    private @Nullable Integer warmups;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: every core.")
    private int threads = BenchModel.threads();

    @Option(names = "--quick", description = "One round, short texts: only to see that it runs.")
    private boolean quick;

    @Option(names = "--check", description = "Status 1, too, if a target is missed.")
    private boolean check;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where compare.json and compare.md go. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("target", "results");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    /// For the help.
    static final class Sections extends ArrayList<String> {
        Sections() {
            super(Compare.all(Optional.empty()).names());
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter screen = Objects.requireNonNull(spec).commandLine().getOut();
        Compare compare = Compare.all(llamaBench());
        if (!only.isEmpty()) compare = compare.only(only);
        Effort effort = quick ? Effort.quick(threads) : Effort.full(threads);
        effort = effort.withRounds(
                rounds == null ? effort.rounds() : rounds, warmups == null ? effort.warmups() : warmups);

        Report report = new Report(threads);
        if (quick) report.note("effort", "quick, so no figure means anything");
        report.note("server", Side.external().map(Object::toString).orElse("our own"));
        screen.println(report.machineLine());
        if (report.machineIsBusy()) {
            screen.println("The machine is busy: decoding threads wait for each other, and no ratio means much.");
        }
        for (BenchModel model : models()) {
            try (Trial trial = Trial.of(model, effort)) {
                compare.run(trial, report, screen);
            }
        }
        report.write(out, "compare");
        screen.println(report.markdown());
        screen.println("Written to " + out.toAbsolutePath());
        boolean met = report.claims().stream().allMatch(Report.Claim::met);
        return report.isWhole() && (met || !check) ? 0 : 1;
    }

    private List<BenchModel> models() {
        List<BenchModel> models = new ArrayList<>();
        for (String name : names) models.add(BenchModel.named(name));
        for (Path file : files) models.add(BenchModel.ofFile(file, BenchModel.temporaryFolder()));
        if (models.isEmpty()) models.add(BenchModel.named(BenchModel.STANDARD));
        return models;
    }

    /// llama.cpp's own benchmark, if somebody named it.
    static Optional<Path> llamaBench() {
        String file = System.getenv().getOrDefault("CHASQUI_LLAMA_BENCH", "");
        return file.isBlank() ? Optional.empty() : Optional.of(Path.of(file));
    }
}
