package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two models and room for one, through the whole engine.
@Timeout(120)
class ModelBurstTest {

    @TempDir
    private Path folder;

    private EngineConfig config;

    @BeforeEach
    void twoModels() throws IOException {
        ModelStore store = ModelStore.at(folder.resolve("store"));
        for (String name : List.of("one", "two")) {
            TinyModel.write(folder.resolve(name + ".gguf"), name.hashCode());
            store.create(ModelName.parse(name), Modelfile.parse("FROM " + name + ".gguf"), folder, Progress.NONE);
        }
        config = EngineConfig.fromEnvironment(Map.of())
                .withStore(folder.resolve("store"))
                .withMaxLoaded(1);
    }

    @Test
    void aBurstOverTwoModelsWithRoomForOneIsAnsweredWhole() throws Exception {
        try (Engine engine = Engine.open(config);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String model = i % 2 == 0 ? "one" : "two";
                answers.add(callers.submit(() -> engine.generate(request(model)).answer()));
            }

            for (Future<Answer> answer : answers) {
                assertThat(answer.get().summary().evalTokens()).isEqualTo(8);
            }
            PoolStatistics pool = engine.statistics().loading();
            assertThat(pool.evicted()).isBetween(1L, 8L);
            assertThat(pool.loads()).isEqualTo(pool.evicted() + 1);
            assertThat(pool.failures()).isZero();
            assertThat(pool.waiting()).isZero();
            assertThat(engine.running()).hasSize(1);
        }
    }

    @Test
    void aPlanSaysWhatALoadWouldTakeAndLoadsNothing() {
        try (Engine engine = Engine.open(config)) {
            LoadPlan plan = engine.plan("one", Options.parse(Map.of("num_ctx", 1024)));

            assertThat(plan.fits()).isTrue();
            assertThat(plan.memory().contextTokens()).isEqualTo(1024);
            assertThat(plan.largestTokens()).isEqualTo(2048).isEqualTo(plan.trainedTokens());
            assertThat(plan.memory().kvBytes())
                    .isEqualTo(engine.plan("one", Options.parse(Map.of("num_ctx", 512)))
                                    .memory()
                                    .kvBytes()
                            * 2);
            assertThat(engine.statistics().loading().loads()).isZero();
            assertThatThrownBy(() -> engine.plan("three", Options.NONE)).hasMessage("model 'three' not found");
        }
    }

    @Test
    void theLargestContextIsTheLastStepThatFits() {
        assertThat(NativeLoading.largest(10_000, tokens -> tokens <= 3000)).isEqualTo(2816);
        assertThat(NativeLoading.largest(10_000, tokens -> true)).isEqualTo(10_000);
        assertThat(NativeLoading.largest(10_000, tokens -> tokens < 10_000)).isEqualTo(9984);
        assertThat(NativeLoading.largest(10_000, tokens -> false)).isZero();
    }

    private static GenerateRequest request(String model) {
        Options options = Options.parse(Map.of("temperature", 0, "num_predict", 8, "num_ctx", 512));
        return GenerateRequest.of(model, "Once upon a time")
                .asRaw()
                .withSettings(Settings.DEFAULT.withOptions(options));
    }
}
