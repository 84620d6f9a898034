package dev.chasqui.bench;

import dev.chasqui.bench.Tally.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `burst`: the quarter-hour burst of a trading system against a server, for half an hour.
@Command(
        name = "burst",
        description = "Four trading agents ask a server in another process at once, every 10 s, and some clients leave."
                + " Writes target/results/burst.json. Status 1: an answer was lost, empty or failed, or the server"
                + " grew.")
final class BurstSoakCommand implements Callable<Integer> {

    private static final double RSS_SHARE = 0.05;
    private static final long RSS_MIB = 32;

    @Option(names = "--minutes", paramLabel = "N", description = "How long. Default: ${DEFAULT-VALUE}.")
    private int minutes = 30;

    @Option(names = "--every", paramLabel = "SECONDS", description = "Between bursts. Default: ${DEFAULT-VALUE}.")
    private int every = 10;

    @Option(
            names = "--leave",
            paramLabel = "PERCENT",
            description = "Clients that leave when their request is out. Default: ${DEFAULT-VALUE}.")
    private int leave = 5;

    @Option(names = "--seed", paramLabel = "N", description = "Who leaves. Default: another one each time.")
    private long seed = Soak.anySeed();

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
        if (minutes < 1) throw new IllegalArgumentException("--minutes is " + minutes + "; expected >= 1");
        if (every < 1) throw new IllegalArgumentException("--every is " + every + "; expected >= 1");
        BenchModel model = BenchModel.named(BenchModel.STANDARD);
        BurstSoak soak = new BurstSoak(Duration.ofMinutes(minutes), Duration.ofSeconds(every), leave, seed);
        screen.println(model.name() + ", a burst every " + every + " s for " + minutes + " min, seed " + seed);
        try (ServerProcess server = server(model)) {
            BurstSoak.Result result = soak.run(server, model.name(), screen);
            List<String> grown = result.grown(RSS_SHARE, RSS_MIB);
            report(result, grown, screen);
            return result.isClean() && grown.isEmpty() ? 0 : 1;
        }
    }

    /// With so little heap that it is full soon and what still grows is a leak, and a queue so short that nobody in
    /// it waits longer than he has patience for: the rest hears 503 at once.
    static ServerProcess server(BenchModel model) {
        return ServerProcess.start(Map.of(
                "OLLAMA_MODELS",
                model.store().toString(),
                "CHASQUI_OFFLINE",
                "1",
                "OLLAMA_MAX_QUEUE",
                "8",
                "JAVA_TOOL_OPTIONS",
                "-Xmx256m"));
    }

    private static void report(BurstSoak.Result result, List<String> grown, PrintWriter screen) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("seed", result.seed());
        for (Outcome outcome : Outcome.values()) {
            all.put(outcome.name().toLowerCase(), result.tally().count(outcome));
        }
        all.put("lost", result.tally().open());
        all.put("empty", result.empty());
        all.put("failures", result.tally().failures());
        all.put("silent", result.silent());
        all.put("early", result.early());
        all.put("late", result.late());
        all.put("grown", grown);
        byte[] json = JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsBytes(all);
        Path file = Path.of("target", "results", "burst.json");
        Files.createDirectories(file.getParent());
        Files.write(file, json);
        all.forEach((name, value) -> screen.println(name + ": " + value));
        screen.println("written to " + file);
    }
}
