package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.platform.CpuCores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EngineAffinityTest {

    private static final Path TASKS = Path.of("/proc/self/task");

    @Test
    void anEnginesDecodesRunOnTheCpusItWasTold(@TempDir Path folder) throws IOException {
        Path gguf = folder.resolve("tiny.gguf");
        TinyModel.seeded(5).withLayers(8).write(gguf);
        int last = CpuCores.ofThisProcess().cpus().last();
        EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_CPUS", "" + last));

        GenerateRequest prompt = GenerateRequest.of("tiny", "the ".repeat(200))
                .asRaw()
                .withSettings(Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 1500))));

        boolean seen = false;
        try (Engine engine = Engine.open(gguf, config)) {
            while (!seen) {
                try (Generation answer = engine.generate(prompt)) {
                    for (Chunk _ : answer) {
                        seen = decodeThreads().contains("" + last);
                        if (seen) break;
                    }
                }
            }
        }
        assertThat(seen).isTrue();
    }

    /// What each decode thread may run on at this moment.
    private static List<String> decodeThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.filter(task -> read(task.resolve("comm")).startsWith("chasqui-decode"))
                    .flatMap(task -> read(task.resolve("status")).lines())
                    .filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .toList();
        }
    }

    /// @return empty text if the thread is gone
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return "";
        }
    }
}
