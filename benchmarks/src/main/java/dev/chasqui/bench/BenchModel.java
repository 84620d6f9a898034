package dev.chasqui.bench;

import dev.chasqui.api.ModelName;
import dev.chasqui.store.Modelfile;
import dev.chasqui.store.ModelStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model, as each side of a comparison finds it: by name in a store, or as a file.
///
/// @param name  in the store
/// @param gguf  its weights
/// @param store the folder of the store
record BenchModel(String name, Path gguf, Path store) {

    /// A model of the user's own store.
    ///
    /// @throws dev.chasqui.api.BackendException of kind `NOT_FOUND` if it is not there
    static BenchModel named(String name) {
        ModelStore store = ModelStore.at(ModelStore.defaultRoot(System.getenv()));
        return new BenchModel(name, store.get(ModelName.parse(name)).weights(), store.root());
    }

    /// A file that is in no store: one is made for it in that folder.
    static BenchModel ofFile(Path gguf, Path folder) {
        Path file = gguf.toAbsolutePath();
        String name = "bench:latest";
        ModelStore store = ModelStore.at(folder);
        store.create(
                ModelName.parse(name),
                Modelfile.parse("FROM " + file),
                file.resolveSibling(""),
                dev.chasqui.store.Progress.NONE);
        return new BenchModel(name, store.get(ModelName.parse(name)).weights(), store.root());
    }

    /// As for the engine: every core, or what `OLLAMA_NUM_THREAD` says.
    static int threads() {
        String set = System.getenv().getOrDefault("OLLAMA_NUM_THREAD", "");
        return set.matches("\\d{1,3}") ? Integer.parseInt(set) : Runtime.getRuntime().availableProcessors();
    }

    static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("chasqui-bench");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for the benchmark's model", e);
        }
    }
}
