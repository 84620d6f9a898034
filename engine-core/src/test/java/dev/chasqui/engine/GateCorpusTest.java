package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.gguf.MalformedGguf;
import dev.chasqui.llama.TinyModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Malformed files through the public API, in JVMs of their own: none of them dies.
///
/// `-Dcorpus.mutations=10000` makes it longer, `-Dcorpus.seed=N` makes the same files again.
class GateCorpusTest {

    /// For one file; a busy machine takes seconds for what is milliseconds of work.
    private static final int MOST_SECONDS = 90;

    private static final String REFUSED = "refused";
    private static final String SURVIVED = "ran";
    private static final String ODD = "odd";

    private final int mutations = Integer.getInteger("corpus.mutations", 500);
    private final long seed = Long.getLong("corpus.seed", 20_261_125);

    @TempDir
    private Path folder;

    private final List<String> deaths = new ArrayList<>();
    private final List<String> odd = new ArrayList<>();
    private int refused;
    private int ran;

    @Test
    void noMalformedFileEndsTheJvmAndNoneThatTheGateRefusesReachesNativeCode() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyModel.seeded(7).withLayers(2).withContextTokens(256).write(model);
        int kinds = new MalformedGguf(model).kinds().size();
        int all = kinds + mutations;

        String judged = judge(model, all);
        for (int next = 0; next < all; ) next = run(model, next, all);

        System.out.printf(
                "malformed files: %d kinds and %d mutations (seed %d): %d refused by the gate, %d ran, %d deaths%n",
                kinds, mutations, seed, refused, ran, deaths.size());
        assertThat(judged)
                .as("refused where llama.cpp was never loaded, and is llama.cpp there")
                .isEqualTo(refused + " false");
        assertThat(deaths).as("files that ended the JVM, seed %d", seed).isEmpty();
        assertThat(odd).as("files with an unclear error, seed %d", seed).isEmpty();
        assertThat(kinds).isGreaterThanOrEqualTo(444);
        assertThat(refused).isGreaterThan(kinds / 2);
        assertThat(ran).isPositive();
    }

    /// Opens each file and does nothing with those that are let through.
    private String judge(Path model, int all) throws Exception {
        Process jvm = start(model, 0, all, "judge");
        try {
            String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jvm.waitFor()).as("%s %s", said, errors()).isZero();
            return said.strip();
        } finally {
            jvm.destroyForcibly();
        }
    }

    private Process start(Path model, int first, int all, String what) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        model.toString(),
                        String.valueOf(first),
                        String.valueOf(all),
                        String.valueOf(seed),
                        what)
                .redirectError(folder.resolve("errors.txt").toFile())
                .start();
    }

    /// @return the file to go on with
    private int run(Path model, int first, int all) throws Exception {
        Process jvm = start(model, first, all, "run");
        try {
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();
            Thread.ofVirtual().start(() -> read(jvm, lines));
            String current = "";
            for (int at = first; ; ) {
                String line = lines.poll(MOST_SECONDS, TimeUnit.SECONDS);
                if (line == null || line.equals("end")) {
                    if (line != null && at == all && jvm.waitFor() == 0) return all;
                    String how = line == null ? "no answer in " + MOST_SECONDS + " s" : "exit " + jvm.waitFor();
                    deaths.add(current + ": " + how + errors());
                    return at + 1;
                }
                if (line.startsWith("at ")) {
                    current = line.substring(3);
                } else if (!line.isBlank()) {
                    count(current, line);
                    at++;
                }
            }
        } finally {
            jvm.destroyForcibly();
        }
    }

    private void count(String file, String verdict) {
        if (verdict.equals(REFUSED)) refused++;
        else if (verdict.equals(SURVIVED)) ran++;
        else odd.add(file + ": " + verdict);
    }

    private String errors() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("errors.txt"), StandardCharsets.ISO_8859_1);
        return lines.isEmpty() ? "" : " " + lines.subList(Math.max(0, lines.size() - 3), lines.size());
    }

    private static void read(Process jvm, BlockingQueue<String> lines) {
        try (BufferedReader out = jvm.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) lines.add(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lines.add("end");
        }
    }

    /// Goes over the files one by one, and says of each which it is before it is opened and how it went after.
    static final class Child {

        private static final EngineConfig CONFIG =
                EngineConfig.fromEnvironment(Map.of("CHASQUI_ISOLATION", "none", "CHASQUI_LOG_LEVEL", "off"));
        private static final Options OPTIONS = Options.parse(Map.of("num_ctx", 64, "num_predict", 1, "num_thread", 1));

        public static void main(String[] arguments) throws IOException {
            Path model = Path.of(arguments[0]);
            MalformedGguf files = new MalformedGguf(model);
            long seed = Long.parseLong(arguments[3]);
            boolean runs = arguments[4].equals("run");
            int refused = 0;
            for (int i = Integer.parseInt(arguments[1]); i < Integer.parseInt(arguments[2]); i++) {
                int mutation = i - files.kinds().size();
                String name = mutation < 0 ? files.kinds().get(i) : "mutation " + (seed + mutation);
                Path file = model.resolveSibling("malformed-" + i % 2 + ".gguf");
                Files.deleteIfExists(file);
                Files.write(file, mutation < 0 ? files.kind(name) : files.mutation(seed + mutation));
                if (runs) {
                    say("at " + name.replace('\n', ' '));
                    say(open(file));
                } else if (isRefused(file)) {
                    refused++;
                }
            }
            if (!runs) say(refused + " " + hasNatives());
            System.exit(0);
        }

        private static void say(String line) {
            System.out.println(line);
            System.out.flush();
        }

        private static boolean isRefused(Path file) {
            try {
                Engine.open(file, CONFIG).close();
                return false;
            } catch (BackendException e) {
                return true;
            }
        }

        private static String open(Path file) {
            Engine engine;
            try {
                engine = Engine.open(file, CONFIG);
            } catch (BackendException e) {
                return REFUSED;
            } catch (RuntimeException | Error e) {
                return ODD + " at open: " + e;
            }
            try (engine) {
                String model = engine.models().getFirst().name();
                String went = clear(() -> engine.generate(GenerateRequest.of(model, "Hi there")
                                .withSettings(Settings.DEFAULT.withOptions(OPTIONS)))
                        .answer());
                went += clear(() -> {
                    int[] tokens = engine.tokenize(model, "Größe 1.5 \0\n<|im_end|>", true, true);
                    engine.detokenize(model, tokens);
                });
                went += clear(() -> engine.embed(EmbedRequest.of(model, "Hi").withOptions(OPTIONS)));
                return went.isEmpty() ? SURVIVED : ODD + went;
            } catch (RuntimeException | Error e) {
                return ODD + " in the end: " + e;
            }
        }

        private static String clear(Runnable call) {
            try {
                call.run();
                return "";
            } catch (BackendException e) {
                return "";
            } catch (RuntimeException | Error e) {
                return " " + e + " at " + e.getStackTrace()[0];
            }
        }

        private static boolean hasNatives() throws IOException {
            Path maps = Path.of("/proc/self/maps");
            return Files.isReadable(maps)
                    && Files.readString(maps, StandardCharsets.ISO_8859_1).contains("libllama");
        }
    }
}
