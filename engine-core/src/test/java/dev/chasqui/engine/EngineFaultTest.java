package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.Faults;
import dev.chasqui.llama.TinyModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// An assertion of ggml's fails in the middle of an answer, in a JVM of its own.
@EnabledOnOs(OS.LINUX)
class EngineFaultTest {

    @Test
    void everybodyHearsOfItAtOnceAndTheJvmGoesOn() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EngineFaultTest.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(jvm.exitValue()).as(said).isZero();
            assertThat(said)
                    .contains(
                            "answering: FAILED the answer broke off: llama.cpp failed: test.c:7: node 40",
                            "waiting: FAILED the answer broke off: llama.cpp failed: test.c:7: node 40",
                            "obstacles: [llama.cpp failed in this process (test.c:7: node 40) and is not called here",
                            "running: 0 of 0",
                            "afterwards: OVERLOADED llama.cpp failed in this process",
                            "embedding: OVERLOADED llama.cpp failed in this process",
                            "tokenizing: OVERLOADED llama.cpp failed in this process",
                            "another engine: OVERLOADED llama.cpp failed in this process",
                            "closed");
        } finally {
            jvm.destroyForcibly();
        }
    }

    /// Two answers run when it happens, and none is ever over by itself.
    public static void main(String[] arguments) throws Exception {
        Path file = Files.createTempFile("chasqui-fault", ".gguf");
        TinyModel.write(file, 3);
        try (Engine engine = Engine.open(file);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Settings endless = Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 1_000_000, "seed", 1)));
            String model = engine.models().getFirst().name();
            GenerateRequest request = GenerateRequest.of(model, "Hi").withSettings(endless);
            List<CompletableFuture<String>> both = new ArrayList<>();
            for (String name : List.of("answering", "waiting")) {
                Generation generation = engine.generate(request);
                both.add(CompletableFuture.supplyAsync(
                        () -> name + ": " + failure(() -> generation.answer().text()), callers));
            }
            Faults.everyNode(node -> {
                if (node == 40) Faults.abort("node 40");
            });
            for (CompletableFuture<String> each : both) System.out.println(each.get(10, TimeUnit.SECONDS));

            System.out.println("obstacles: " + engine.obstacles());
            System.out.println("running: " + engine.running().size() + " of "
                    + engine.statistics().models().size());
            System.out.println("afterwards: " + failure(() -> engine.generate(request)));
            System.out.println("embedding: " + failure(() -> engine.embed(EmbedRequest.of(model, List.of("Hi")))));
            System.out.println("tokenizing: " + failure(() -> engine.tokenize(model, "Hi", false, false)));
            try (Engine another = Engine.open(file)) {
                System.out.println("another engine: " + failure(() -> another.generate(request)));
            }
        } finally {
            Files.delete(file);
        }
        System.out.println("closed");
    }

    private static String failure(Supplier<Object> call) {
        try {
            return "no failure, but " + call.get();
        } catch (BackendException e) {
            return e.kind() + " " + e.getMessage();
        }
    }
}
