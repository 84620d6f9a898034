package dev.chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The benchmarks' command line: `suite` (the default), `compare` (the default where `--only` or `--check` is given),
/// `soak`, `burst`, and `jmh`, which hands what follows to JMH.
@Command(
        name = "chasqui bench",
        description = "Measures the engine beside servers, and what the project promises. Without a command: suite, or"
                + " compare where --only or --check is given.",
        subcommands = {
            SuiteCommand.class,
            CompareCommand.class,
            SoakCommand.class,
            BurstSoakCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {"", "  jmh [OPTION...]  runs the JMH benchmarks; -h lists JMH's options"},
        synopsisSubcommandLabel = "[suite | compare | soak | burst | jmh | help]")
public final class Main {

    /// ggml recurses on the thread that calls it.
    private static final long STACK_BYTES = 16L << 20;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        if (!words.isEmpty() && words.getFirst().equals("jmh")) {
            org.openjdk.jmh.Main.main(jmhOptions(words.subList(1, words.size())));
            return;
        }
        if (words.isEmpty() || words.getFirst().startsWith("-")) words.addFirst(usual(words));
        System.exit(onDeepStack(() -> commandLine().execute(words.toArray(String[]::new))));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((failure, command, parsed) -> {
            if (!(failure instanceof IllegalArgumentException)) throw failure;
            command.getErr().println("Error: " + failure.getMessage());
            return command.getCommandSpec().exitCodeOnInvalidInput();
        });
    }

    /// The command that options without one belong to.
    static String usual(List<String> options) {
        boolean claims = options.stream().anyMatch(each -> each.matches("--(only|check)(=.*)?"));
        return claims ? "compare" : "suite";
    }

    private static String[] jmhOptions(List<String> words) throws IOException {
        List<String> options = new ArrayList<>(words);
        if (!options.contains("-rf")) options.addAll(List.of("-rf", "json"));
        if (!options.contains("-rff")) {
            Path file = Path.of("target", "results", "jmh.json").toAbsolutePath();
            Files.createDirectories(file.getParent());
            options.addAll(List.of("-rff", file.toString()));
        }
        return options.toArray(String[]::new);
    }

    private static int onDeepStack(Callable<Integer> task) throws Exception {
        FutureTask<Integer> result = new FutureTask<>(task);
        new Thread(null, result, "bench", STACK_BYTES).start();
        return result.get();
    }
}
