package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Progress;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.CatalogueEntry;
import dev.chasqui.store.ModelFetcher;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The models of a store in Ollama's layout, and the catalogue they can come from.
final class StoreModels implements LocalModels {

    private final ModelStore store;

    StoreModels(ModelStore store) {
        this.store = store;
    }

    @Override
    public List<ModelSummary> list() {
        return store.summaries();
    }

    @Override
    public ModelDetails show(String model) {
        return store.get(ModelName.parse(model)).details(true);
    }

    @Override
    public boolean canPull(String model) {
        return entry(model).isPresent();
    }

    @Override
    public void pull(String model, Steps steps) {
        ModelFetcher.fetch(entry(model).orElseThrow(() -> notThere(model)), store, progress(steps));
    }

    @Override
    public void create(String model, Path modelfile, Steps steps) {
        Path folder =
                Optional.ofNullable(modelfile.toAbsolutePath().getParent()).orElse(Path.of("."));
        store.create(ModelName.parse(model), Modelfile.read(modelfile), folder, progress(steps));
    }

    @Override
    public void copy(String from, String to) {
        store.copy(ModelName.parse(from), ModelName.parse(to));
    }

    @Override
    public void remove(String model) {
        store.delete(ModelName.parse(model));
    }

    private static Optional<CatalogueEntry> entry(String model) {
        return Catalogue.standard().find(ModelName.parse(model));
    }

    private static BackendException notThere(String model) {
        String known = Catalogue.standard().entries().stream()
                .map(entry -> entry.name().shortForm())
                .collect(Collectors.joining(", "));
        return new BackendException(
                BackendException.Kind.NOT_FOUND,
                "the catalogue has no '" + model + "', only " + known
                        + "; `ollama pull " + model + "` brings it into the same store, and `chasqui create " + model
                        + " -f Modelfile` makes it from a GGUF file");
    }

    /// The store says `success` at the end, as Ollama's API does; here the command says so.
    private static Progress progress(Steps steps) {
        return line -> {
            if (line.totalBytes() > 0) steps.progress(line.status(), line.completedBytes(), line.totalBytes());
            else if (!line.status().equals("success")) steps.step(line.status());
        };
    }
}
