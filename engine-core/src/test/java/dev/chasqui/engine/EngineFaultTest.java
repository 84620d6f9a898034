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

/// An assertion of ggml's fails in the middle of an answer, in a JVM of its own: who is in flight hears of it, and what
/// comes afterwards is answered by a process of its own.
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
                            "in this process: OVERLOADED llama.cpp failed in this process",
                            "obstacles: []",
                            "warnings: [the engine in this JVM is dead (test.c:7: node 40); a process of its own answers",
                            "afterwards: 2 tokens",
                            "embedding: 1 vector",
                            "another engine: 2 tokens",
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

            try (InProcess here = new InProcess(EngineConfig.fromEnvironment(), Models.ofFile(file))) {
                System.out.println("in this process: " + failure(() -> here.generate(request)));
            }
            System.out.println("afterwards: " + failure(() -> tokens(engine)));
            System.out.println("embedding: "
                    + failure(() -> engine.embed(EmbedRequest.of(model, List.of("Hi")))
                                    .vectors()
                                    .size() + " vector"));
            System.out.println("obstacles: " + engine.obstacles());
            System.out.println("warnings: " + engine.warnings());
            try (Engine another = Engine.open(file)) {
                System.out.println("another engine: " + failure(() -> tokens(another)));
            }
        } finally {
            Files.delete(file);
        }
        System.out.println("closed");
    }

    private static String tokens(Engine engine) {
        GenerateRequest request = GenerateRequest.of(engine.models().getFirst().name(), "Hi")
                .withSettings(Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 2, "seed", 1))));
        return engine.generate(request).answer().summary().evalTokens() + " tokens";
    }

    private static String failure(Supplier<Object> call) {
        try {
            return String.valueOf(call.get());
        } catch (BackendException e) {
            return e.kind() + " " + e.getMessage();
        }
    }
}
