package dev.chasqui.bench;

import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A model, as each side of a comparison finds it: by name in a store, or as a file.
///
/// @param name  in the store
/// @param gguf  its weights
/// @param store the folder of the store
record BenchModel(String name, Path gguf, Path store) {

    /// Where nobody names one.
    static final String STANDARD = "smollm2:135m";

    /// The catalogue's model with a context of 32,768 tokens.
    static final String LONG = "gemma3:270m-base";

    /// Where models are looked for, if not where the environment says.
    static final String STORE_PROPERTY = "chasqui.bench.store";

    private static final int SHORTEST_CONTEXT = 512;

    /// A model of the user's own store, else of the catalogue, fetched into the user's cache.
    ///
    /// @throws dev.chasqui.api.BackendException of kind `NOT_FOUND` if neither has it
    static BenchModel named(String name) {
        Map<String, String> environment = System.getenv();
        String root = System.getProperty(STORE_PROPERTY, "");
        ModelStore store = ModelStore.at(root.isEmpty() ? ModelStore.defaultRoot(environment) : Path.of(root));
        return store.find(ModelName.parse(name))
                .map(model -> new BenchModel(name, model.weights(), store.root()))
                .orElseGet(() -> new BenchModel(
                        name, Catalogue.standard().file(name, Progress.NONE), Catalogue.cacheRoot(environment)));
    }

    /// A file that is in no store: one is made for it in that folder.
    static BenchModel ofFile(Path gguf, Path folder) {
        Path file = gguf.toAbsolutePath();
        String name = "bench:latest";
        ModelStore store = ModelStore.at(folder);
        store.create(ModelName.parse(name), Modelfile.parse("FROM " + file), file.resolveSibling(""), Progress.NONE);
        return new BenchModel(name, store.get(ModelName.parse(name)).weights(), store.root());
    }

    /// Tokens of context it was trained on.
    int trainedTokens() {
        return GgufFile.read(gguf).contextLength().orElse(SHORTEST_CONTEXT);
    }

    /// As for the engine: every core, or what `OLLAMA_NUM_THREAD` says.
    static int threads() {
        String set = System.getenv().getOrDefault("OLLAMA_NUM_THREAD", "");
        return set.matches("\\d{1,3}")
                ? Integer.parseInt(set)
                : CpuCores.ofThisProcess().physical();
    }

    static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("chasqui-bench");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for the benchmark's model", e);
        }
    }
}
