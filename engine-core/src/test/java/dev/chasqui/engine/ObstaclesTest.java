package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an engine says is in its way.
@Timeout(60)
class ObstaclesTest {

    @TempDir
    Path folder;

    @Test
    void aFullQueueIsInTheWayUntilSomebodyLeaves() throws IOException {
        TinyModel.write(folder.resolve("tiny.gguf"), 1);
        EngineConfig config = EngineConfig.fromEnvironment(Map.of("OLLAMA_NUM_PARALLEL", "1", "OLLAMA_MAX_QUEUE", "1"));
        try (Engine engine = Engine.open(folder.resolve("tiny.gguf"), config);
                Generation runs = engine.generate(endless())) {
            while (running(engine) == 0) Thread.onSpinWait();
            assertThat(engine.obstacles()).isEmpty();

            try (Generation waits = engine.generate(endless())) {
                assertThat(engine.obstacles()).containsExactly("the queue of tiny is full: 1 requests run and 1 wait");
                assertThat(waits).isNotSameAs(runs);
            }

            while (!engine.obstacles().isEmpty()) Thread.onSpinWait();
        }
    }

    @Test
    void aStoreThatCannotBeReadIsInTheWay() throws IOException {
        Path store = Files.writeString(folder.resolve("models"), "no folder");
        try (Engine engine = Engine.open(EngineConfig.fromEnvironment(Map.of()).withStore(store))) {
            assertThat(engine.obstacles())
                    .singleElement()
                    .asString()
                    .startsWith("the model folder " + store + " cannot be read");
        }
    }

    private static int running(Engine engine) {
        return engine.statistics().models().stream()
                .mapToInt(model -> model.requests().running())
                .sum();
    }

    /// It ends after some seconds, if nobody closes it.
    private static GenerateRequest endless() {
        Options options = Options.parse(Map.of("temperature", 0, "num_predict", -1));
        return GenerateRequest.of("tiny", "again and again")
                .asRaw()
                .withSettings(Settings.DEFAULT.withOptions(options));
    }
}
