package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The models to begin with, from `models/catalogue.json`: those Chasqui fetches by their hash, and well-known ones of
/// the registry.
public final class Catalogue {

    private static final String RESOURCE = "/dev/chasqui/models/catalogue.json";

    private final List<CatalogueEntry> entries;
    private final List<KnownModel> known;
    private final ModelName standard;

    private Catalogue(List<CatalogueEntry> entries, List<KnownModel> known, ModelName standard) {
        this.entries = List.copyOf(entries);
        this.known = List.copyOf(known);
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
        Map<String, Object> root = Json.parseObject(json);
        List<CatalogueEntry> entries = Json.list(root, "models").stream()
                .map(model -> entry(Json.asObject(model)))
                .toList();
        List<KnownModel> known = Stream.concat(
                        Json.list(root, "models").stream().map(model -> known(Json.asObject(model), true)),
                        Json.list(root, "registry").stream().map(model -> known(Json.asObject(model), false)))
                .toList();
        return new Catalogue(entries, known, ModelName.parse(text(root, "default")));
    }

    private static KnownModel known(Map<String, Object> model, boolean byHash) {
        return new KnownModel(
                ModelName.parse(text(model, "name")),
                text(model, "title"),
                size(model, "size"),
                size(model, "memory"),
                text(model, "terms"),
                text(model, "goodFor"),
                byHash);
    }

    private static CatalogueEntry entry(Map<String, Object> model) {
        return new CatalogueEntry(
                ModelName.parse(text(model, "name")),
                text(model, "title"),
                size(model, "size"),
                new Digest(text(model, "sha256")),
                text(model, "license"),
                Options.parse(Json.asObject(model.get("parameters"))),
                Json.list(model, "parts").stream()
                        .map(part -> part(Json.asObject(part)))
                        .toList());
    }

    private static CatalogueEntry.Part part(Map<String, Object> part) {
        return new CatalogueEntry.Part(
                text(part, "package"),
                text(part, "version"),
                text(part, "member"),
                size(part, "wheelSize"),
                new Digest(text(part, "wheelSha256")));
    }

    private static String text(Map<String, Object> object, String field) {
        return Json.text(object, field).orElseThrow(() -> lacking(field));
    }

    private static long size(Map<String, Object> object, String field) {
        if (object.get(field) instanceof Long size && size > 0) return size;
        throw lacking(field);
    }

    private static BackendException lacking(String field) {
        return BackendException.invalid("an entry of the catalogue lacks " + field);
    }

    /// Those that are fetched by their hash.
    public List<CatalogueEntry> entries() {
        return entries;
    }

    /// All of them, those fetched by their hash first.
    public List<KnownModel> known() {
        return known;
    }

    /// The model of `./chasqui ask`.
    public ModelName defaultModel() {
        return standard;
    }

    public Optional<CatalogueEntry> find(ModelName name) {
        return entries.stream().filter(entry -> entry.name().matches(name)).findFirst();
    }

    /// Whether these are the weights of one that is fetched by its hash.
    boolean pins(Digest weights) {
        return entries.stream().anyMatch(entry -> entry.digest().equals(weights));
    }

    /// A model's GGUF file in the user's cache, fetched if it is not there: for tests and benchmarks, which must
    /// not touch the user's own store.
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
