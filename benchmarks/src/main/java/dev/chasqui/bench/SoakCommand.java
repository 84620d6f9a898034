package dev.chasqui.bench;

import dev.chasqui.bench.Tally.Outcome;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `soak`: many callers for minutes, and whether anything got lost or leaked.
@Command(
        name = "soak",
        description =
                "Many callers ask the embedded engine for minutes, and some of them leave. Status 1: a request was"
                        + " lost or failed, or the process grew from the second minute to the last.")
final class SoakCommand implements Callable<Integer> {

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration LONGEST_STAY = Duration.ofMillis(1_500);

    @Option(names = "--minutes", paramLabel = "N", description = "How long. Default: ${DEFAULT-VALUE}.")
    private int minutes = 5;

    @Option(names = "--callers", paramLabel = "N", description = "At once. Default: ${DEFAULT-VALUE}.")
    private int callers = 64;

    @Option(
            names = "--cancel",
            paramLabel = "PERCENT",
            description = "Requests whose caller leaves before the end. Default: ${DEFAULT-VALUE}.")
    private int cancel = 5;

    @Option(names = "--seed", paramLabel = "N", description = "What is asked. Default: another one each time.")
    private long seed = Soak.anySeed();

    @Option(names = "--model", paramLabel = "NAME", description = "A model of the store. Default: smollm2:135m.")
    private String name = BenchModel.STANDARD;

    @Option(names = "--gguf", paramLabel = "FILE", description = "A file instead.")
    private @Nullable Path file;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter screen = Objects.requireNonNull(spec).commandLine().getOut();
        if (minutes < 1) throw new IllegalArgumentException("--minutes is " + minutes + "; expected >= 1");
        BenchModel model =
                file == null ? BenchModel.named(name) : BenchModel.ofFile(file, BenchModel.temporaryFolder());
        SoakRequests requests = new SoakRequests(model.name(), cancel, LONGEST_STAY);
        Soak soak = new Soak(callers, Duration.ofMinutes(minutes), INTERVAL, seed);
        screen.println(
                model.name() + ", " + callers + " callers, " + cancel + " % leave, " + minutes + " min, seed " + seed);
        EngineConfig config = EngineConfig.fromEnvironment().withStore(model.store());
        try (Engine engine = Engine.open(config)) {
            Soak.Result result = soak.run(engine, requests, screen);
            report(result, screen);
            return result.isClean() ? 0 : 1;
        }
    }

    private static void report(Soak.Result result, PrintWriter screen) {
        Tally tally = result.tally();
        screen.printf(
                "%d answered, %d cancelled, %d refused, %d failed, %d lost%n",
                tally.count(Outcome.ANSWERED),
                tally.count(Outcome.CANCELLED),
                tally.count(Outcome.REFUSED),
                tally.count(Outcome.FAILED),
                result.lost());
        tally.failures().forEach(failure -> screen.println("failed: " + failure));
        List<String> grown = result.grown();
        grown.forEach(what -> screen.println("grown: " + what));
        if (!result.isJudged()) screen.println("Too short to say whether anything grew: that takes 3 minutes.");
        else if (grown.isEmpty()) screen.println("Nothing grew from the second minute to the last.");
    }
}
