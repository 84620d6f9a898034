package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/// The models Chasqui can fetch by itself, from `models/catalogue.json`.
public final class Catalogue {

    private static final String RESOURCE = "/dev/chasqui/models/catalogue.json";

    private final List<CatalogueEntry> entries;
    private final ModelName standard;

    private Catalogue(List<CatalogueEntry> entries, ModelName standard) {
        this.entries = List.copyOf(entries);
        this.standard = standard;
    }

    /// The catalogue this build carries.
    public static Catalogue standard() {
        try (InputStream in = Objects.requireNonNull(Catalogue.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return parse(in.readAllBytes());
        } catch (IOException e) {
            throw BackendException.failed(RESOURCE + " cannot be read: " + e.getMessage(), e);
        }
    }

    static Catalogue parse(byte[] json) {
        JsonNode root = Json.parse(json);
        List<CatalogueEntry> entries = new ArrayList<>();
        for (JsonNode model : root.path("models")) entries.add(entry(model));
        return new Catalogue(entries, ModelName.parse(text(root, "default")));
    }

    private static CatalogueEntry entry(JsonNode model) {
        List<CatalogueEntry.Part> parts = new ArrayList<>();
        for (JsonNode part : model.path("parts")) {
            parts.add(new CatalogueEntry.Part(
                    text(part, "package"),
                    text(part, "version"),
                    text(part, "member"),
                    part.path("wheelSize").longValue(),
                    new Digest(text(part, "wheelSha256"))));
        }
        return new CatalogueEntry(
                ModelName.parse(text(model, "name")),
                text(model, "title"),
                model.path("size").longValue(),
                new Digest(text(model, "sha256")),
                text(model, "license"),
                Options.parse(Json.MAPPER.convertValue(
                        model.path("parameters"), new TypeReference<Map<String, Object>>() {})),
                parts);
    }

    private static String text(JsonNode node, String field) {
        return Json.text(node, field)
                .orElseThrow(() -> BackendException.invalid("the catalogue lacks the field " + field));
    }

    public List<CatalogueEntry> entries() {
        return entries;
    }

    /// The model of `./chasqui ask`.
    public ModelName defaultModel() {
        return standard;
    }

    public Optional<CatalogueEntry> find(ModelName name) {
        return entries.stream().filter(entry -> entry.name().matches(name)).findFirst();
    }

    /// A model's GGUF file in the user's cache, fetched if it is not there: for tests and benchmarks, which must not
    /// touch the user's own store.
    ///
    /// @throws BackendException if the catalogue has no such model, or it cannot be fetched
    public Path file(String name, Progress progress) {
        ModelName wanted = ModelName.parse(name);
        CatalogueEntry entry = find(wanted).orElseThrow(() -> BackendException.modelNotFound(name));
        return ModelFetcher.fetch(entry, ModelStore.at(cacheRoot(System.getenv())), progress)
                .weights();
    }

    /// The store in the user's cache: `$XDG_CACHE_HOME/chasqui/models`, else `~/.cache/chasqui/models`.
    ///
    /// @param env the environment's variables
    public static Path cacheRoot(Map<String, String> env) {
        String set = env.getOrDefault("XDG_CACHE_HOME", "");
        Path cache = set.isEmpty() ? Path.of(System.getProperty("user.home", "."), ".cache") : Path.of(set);
        return cache.resolve("chasqui").resolve("models");
    }
}
