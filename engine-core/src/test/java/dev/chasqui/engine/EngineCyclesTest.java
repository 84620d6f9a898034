package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A JVM that opens and closes engines all day must not wear out.
class EngineCyclesTest {

    private static final int WARM_UP = 50;
    private static final int CYCLES = 100;

    /// What is allowed to grow from the 50th to the 100th cycle: noise of allocators, not a context or a model.
    private static final long NOISE_KIB = 24 << 10;

    @Test
    @EnabledOnOs(OS.LINUX) // reads /proc
    void aHundredOpenedAndClosedEnginesLeaveNothingBehind() throws IOException {
        Path gguf = Catalogue.standard().file("smollm2:135m", Progress.NONE);
        long memory = 0;
        long threads = 0;
        for (int cycle = 1; cycle <= CYCLES; cycle++) {
            try (Engine engine = Engine.open(gguf)) {
                String name = engine.models().getFirst().name();
                GenerateRequest request = GenerateRequest.of(name, "Hi")
                        .withSettings(Settings.DEFAULT.withOptions(
                                Options.parse(Map.of("temperature", 0, "num_predict", 2, "num_ctx", 512))));
                assertThat(engine.generate(request).answer().summary().evalTokens())
                        .isEqualTo(2);
            }
            assertThat(mappings(gguf))
                    .as("mappings of the model after cycle %d", cycle)
                    .isZero();
            if (cycle == WARM_UP) {
                System.gc();
                memory = status("RssAnon:");
                threads = status("Threads:");
            }
        }
        System.gc();

        assertThat(status("Threads:")).as("threads").isLessThanOrEqualTo(threads);
        assertThat(status("RssAnon:")).as("anonymous memory in KiB").isLessThan(memory + NOISE_KIB);
    }

    private static long mappings(Path file) throws IOException {
        String real = file.toRealPath().toString();
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.endsWith(real)).count();
        }
    }

    private static long status(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
