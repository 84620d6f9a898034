package dev.chasqui.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/// The benchmarks' command line.
///
/// `compare` (the default) measures the promised ratios in turns; `jmh` hands what follows to JMH.
public final class Main {

    private static final String USAGE = """
            Usage: java -jar benchmarks.jar [compare] [OPTION...]
                   java -jar benchmarks.jar jmh [JMH OPTION...]

              --model NAME   a model of the store; may be repeated. Default: smollm2:135m
              --gguf FILE    a file instead; may be repeated
              --rounds N     measurements that count. Default: 7
              --warmups N    rounds before them. Default: 2
              --threads N    threads that compute. Default: every core
              --quick        one round, no warm-up: only to see that it runs
              --check        exit with status 1 if a target is missed
              --out FOLDER   where compare.json and compare.md go. Default: target/results

            CHASQUI_BENCH_OLLAMA=URL compares with that server instead of our own; it must have the models.
            CHASQUI_LLAMA_BENCH=FILE compares with llama.cpp's llama-bench, too.
            """;
    /// ggml recurses on the thread that calls it.
    private static final long STACK_BYTES = 16L << 20;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        String command = words.isEmpty() || words.getFirst().startsWith("--") ? "compare" : words.removeFirst();
        switch (command) {
            case "compare" -> System.exit(onDeepStack(() -> compare(words, System.out)));
            case "jmh" -> org.openjdk.jmh.Main.main(jmhOptions(words));
            default -> {
                System.err.print(USAGE);
                System.exit(command.equals("help") ? 0 : 2);
            }
        }
    }

    static int compare(List<String> words, PrintStream out) throws IOException {
        List<BenchModel> models = new ArrayList<>();
        int rounds = 7;
        int warmups = 2;
        int threads = BenchModel.threads();
        Duration pause = Duration.ofMillis(250);
        boolean check = false;
        Path folder = Path.of("target", "results");
        for (var word = words.iterator(); word.hasNext(); ) {
            switch (word.next()) {
                case "--model" -> models.add(BenchModel.named(word.next()));
                case "--gguf" -> models.add(BenchModel.ofFile(Path.of(word.next()), BenchModel.temporaryFolder()));
                case "--rounds" -> rounds = Integer.parseInt(word.next());
                case "--warmups" -> warmups = Integer.parseInt(word.next());
                case "--threads" -> threads = Integer.parseInt(word.next());
                case "--out" -> folder = Path.of(word.next());
                case "--check" -> check = true;
                case "--quick" -> {
                    rounds = 1;
                    warmups = 0;
                    pause = Duration.ZERO;
                }
                default -> {
                    out.print(USAGE);
                    return 2;
                }
            }
        }
        if (models.isEmpty()) models.add(BenchModel.named("smollm2:135m"));

        Report report = new Report(threads);
        out.println(report.machineLine());
        if (report.machineIsBusy()) {
            out.println("The machine is busy: decoding threads wait for each other, and no ratio means much.");
        }
        Compare compare = new Compare(rounds, warmups, pause, threads, llamaBench());
        for (BenchModel model : models) {
            try (Side embedded = Side.open("embedded", model);
                    Side server = Side.open("ollama", model)) {
                report.note("server", Side.external().map(Object::toString).orElse("our own"));
                compare.run(model, embedded.backend(), server.backend(), report);
            }
        }
        report.write(folder);
        out.println(report.markdown());
        out.println("Written to " + folder.toAbsolutePath());
        return check && !report.claims().stream().allMatch(Report.Claim::met) ? 1 : 0;
    }

    private static Optional<Path> llamaBench() {
        String file = System.getenv().getOrDefault("CHASQUI_LLAMA_BENCH", "");
        return file.isBlank() ? Optional.empty() : Optional.of(Path.of(file));
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
