package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Weights that are not what they were: no native code sees them.
@Timeout(120)
class DamagedModelTest {

    @TempDir
    private Path folder;

    private ModelStore store;
    private EngineConfig config;

    @BeforeEach
    void makeModel() throws IOException {
        store = ModelStore.at(folder.resolve("store"));
        TinyModel.write(folder.resolve("tiny.gguf"), 5);
        create("tiny");
        create("other");
        config = EngineConfig.fromEnvironment(Map.of()).withStore(store.root());
    }

    /// In the head, where the file could not be understood any more, and in the weights, where nobody would notice.
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.001, 0.9})
    void areRefusedByNameSetAsideAndBroughtBackByMakingTheModelAgain(double place) throws IOException {
        Path weights = store.get(ModelName.parse("tiny")).weights();
        flip(weights, (long) (place * weights.toFile().length()));

        try (Engine engine = Engine.open(config)) {
            assertThatThrownBy(() -> ask(engine))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.FAILED))
                    .hasMessageContaining("model 'tiny:latest' is damaged: " + weights)
                    .hasMessageContaining("Needed by other:latest, tiny:latest; run: chasqui pull");
            assertThat(weights).doesNotExist();
            assertThatThrownBy(() -> ask(engine)).hasMessageContaining(weights + " is missing; pull the model");
            assertThat(engine.models()).isEmpty();

            create("tiny");

            assertThat(ask(engine)).isPositive();
            assertThat(engine.models()).hasSize(2);
        }
    }

    @Test
    void areNoticedWhileTheModelIsInMemory() throws Exception {
        try (Engine engine = Engine.open(config)) {
            assertThat(ask(engine)).isPositive();
            Path weights = store.get(ModelName.parse("tiny")).weights();
            flip(weights, weights.toFile().length() - 9);

            assertThatThrownBy(() -> ask(engine))
                    .hasMessageMatching("model 'tiny:latest' is unloaded: .* was written to at .* Ask again.*|"
                            + ".*holds something else.*"); // the watch may have been there first
            assertThatThrownBy(() -> ask(engine)).hasMessageMatching(".*(holds something else|is missing).*");
        }
    }

    /// How many tokens the answer has.
    private static long ask(Engine engine) {
        return engine.generate(GenerateRequest.of("tiny", "Hi"))
                .answer()
                .summary()
                .evalTokens();
    }

    private void create(String model) {
        store.create(ModelName.parse(model), Modelfile.parse("""
                FROM tiny.gguf
                SYSTEM I am %s.
                PARAMETER num_predict 4
                """.formatted(model)), folder, Progress.NONE);
    }

    private static void flip(Path file, long place) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(place);
            int was = bytes.read();
            bytes.seek(place);
            bytes.write(was ^ 1);
        }
    }
}
