package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.api.Settings;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.HalfPrecision;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.registry.RegistrySettings;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Quantization;
import dev.chasqui.store.RemoteModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model is made of plain weights, quantised by llama.cpp, and asked.
class QuantizeTest {

    @TempDir
    Path folder;

    @Test
    void everyTypeThatCanBeAskedForIsOneLlamaCppMakes() {
        assertThat(Arrays.stream(Quantization.values()).map(Enum::name))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(dev.chasqui.llama.Quantization.values())
                        .map(Enum::name)
                        .toList());
    }

    @Test
    void halfPrecisionWeightsBecomeFourBitsAndAnswer() throws Exception {
        Path file = folder.resolve("half.gguf");
        TinyModel.seeded(3).withType(dev.chasqui.llama.Quantization.F16).write(file);
        EngineConfig config =
                EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "8")).withStore(folder.resolve("models"));
        try (Engine engine = Engine.open(config)) {
            ModelLibrary library = engine.library().orElseThrow();
            Digest digest = send(library, file);
            List<ProgressLine> lines = Collections.synchronizedList(new ArrayList<>());

            library.create(request("four", Map.of("half.gguf", digest)).withQuantize("q4_k_m"), lines::add);

            assertThat(engine.show("four").traits().quantizationLevel()).isEqualTo("Q4_K_M");
            List<ProgressLine> steps = lines.stream()
                    .filter(line -> line.status().equals("quantizing F16 model to Q4_K_M"))
                    .toList();
            assertThat(steps)
                    .hasSizeGreaterThan(10)
                    .allMatch(line -> line.digest().equals("sha256:" + "0".repeat(64)));
            assertThat(steps.stream().map(ProgressLine::completedBytes)).isSorted();
            assertThat(steps.getLast().completedBytes())
                    .isEqualTo(steps.getLast().totalBytes());
            assertThat(library.hasBlob(digest.toString())).isFalse();
            try (var generation = engine.generate(GenerateRequest.of("four", "Hi"))) {
                assertThat(generation.answer().summary().evalTokens()).isPositive();
            }
        }
    }

    /// Most of its matrices have 576 columns, which no block of 256 divides.
    @Test
    void aRealModelStillKnowsWhatItKnew() throws Exception {
        Path file = folder.resolve("smollm2.gguf");
        HalfPrecision.write(GgufFile.read(Catalogue.standard().file("smollm2:135m", Progress.NONE)), file);
        EngineConfig config =
                EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "8")).withStore(folder.resolve("models"));
        try (Engine engine = Engine.open(config)) {
            ModelLibrary library = engine.library().orElseThrow();
            Digest digest = send(library, file);
            Files.delete(file);

            library.create(request("smol", Map.of("smollm2.gguf", digest)).withQuantize("Q4_K_M"), Progress.NONE);

            assertThat(engine.models().getFirst().sizeBytes()).isBetween(80_000_000L, 130_000_000L);
            var request = GenerateRequest.of("smol", "The capital of France is")
                    .asRaw()
                    .withSettings(Settings.DEFAULT.withOptions(Options.NONE.with(Option.TEMPERATURE, 0)));
            try (var generation = engine.generate(request)) {
                assertThat(generation.answer().text()).contains("Paris");
            }
        }
    }

    @Test
    void aModelToStartFromThatIsNotThereIsPulledFirst() {
        ModelStore store = ModelStore.at(folder.resolve("models"));
        List<String> steps = new ArrayList<>();
        CreateRequest request = CreateRequest.of("brief").withFrom("smollm2:135m");

        library(store).create(request, line -> steps.add(line.status()));

        assertThat(steps).startsWith("pulling manifest").endsWith("writing manifest", "success");
        assertThat(steps).containsOnlyOnce("success");
        assertThat(store.list().stream().map(model -> model.name().shortForm()))
                .containsExactlyInAnyOrder("brief:latest", "smollm2:135m");
    }

    @Test
    void weightsThatAreNoNumbersAreRefusedAndNothingIsLeft() throws Exception {
        Path file = folder.resolve("nan.gguf");
        TinyModel.seeded(3).withType(dev.chasqui.llama.Quantization.F16).write(file);
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length - 64, bytes.length, (byte) 0xff); // not a number
        Files.write(file, bytes);
        ModelStore store = ModelStore.at(folder.resolve("models"));
        ModelLibrary library = library(store);
        Digest digest = send(library, file);

        assertThatThrownBy(() ->
                        library.create(request("x", Map.of("nan.gguf", digest)).withQuantize("Q8_0"), Progress.NONE))
                .hasMessageStartingWith("nan.gguf: tensor ")
                .hasMessageEndingWith("a weight that is no finite number; expected numbers (rule V18)");

        assertThat(store.list()).isEmpty();
        try (var left = Files.list(store.root().resolve(".chasqui"))) {
            assertThat(left.map(each -> each.getFileName().toString())).noneMatch(name -> name.startsWith("work-"));
        }
    }

    private static Digest send(ModelLibrary library, Path file) throws IOException {
        Digest digest = Digest.of(Files.readAllBytes(file));
        try (InputStream in = Files.newInputStream(file)) {
            library.takeBlob(digest.toString(), in);
        }
        return digest;
    }

    private static CreateRequest request(String model, Map<String, Digest> files) {
        return CreateRequest.of(model).withFiles(files);
    }

    private static ModelLibrary library(ModelStore store) {
        return new StoreLibrary(
                store, new RemoteModels(store, RegistrySettings.fromEnvironment(Map.of("CHASQUI_OFFLINE", "1"))));
    }
}
