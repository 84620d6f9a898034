package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Which files make a model: the JSON document that a name leads to.
record Manifest(Layer config, List<Layer> layers) {

    /// No manifest is anywhere near this; a larger file is none.
    static final int MOST_BYTES = 4 << 20;

    private static final int MOST_LAYERS = 4_096;

    Manifest {
        layers = List.copyOf(layers);
    }

    /// @throws BackendException naming what is wrong with it
    static Manifest parse(byte[] json) {
        Object document;
        try {
            document = Json.parse(json).orElse("");
        } catch (JacksonException e) {
            throw new BackendException(BackendException.Kind.INVALID, "it is not JSON", e);
        }
        if (!(document instanceof Map)) throw BackendException.invalid("it is not a JSON object");
        Map<String, Object> root = Json.asObject(document);
        List<?> layers = Json.list(root, "layers");
        if (layers.size() > MOST_LAYERS) throw BackendException.invalid("it has more than " + MOST_LAYERS + " layers");
        return new Manifest(
                layer(root.get("config"), "the config"),
                layers.stream().map(layer -> layer(layer, "a layer")).toList());
    }

    private static Layer layer(@Nullable Object json, String what) {
        Map<String, Object> layer = Json.asObject(json);
        String digest = Json.text(layer, "digest").orElse("");
        if (!(layer.get("size") instanceof Long size) || size < 0) {
            throw BackendException.invalid(what + " has no size");
        }
        return new Layer(
                Json.text(layer, "mediaType").orElse(""),
                Digest.parse(digest),
                size,
                Json.text(layer, "from").orElse(""));
    }

    byte[] toJson() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schemaVersion", 2);
        root.put("mediaType", MediaTypes.MANIFEST);
        root.put("config", json(config));
        root.put("layers", layers.stream().map(Manifest::json).toList());
        return Json.bytes(root);
    }

    private static Map<String, Object> json(Layer layer) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mediaType", layer.mediaType());
        json.put("digest", layer.digest().toString());
        json.put("size", layer.size());
        if (!layer.from().isEmpty()) json.put("from", layer.from());
        return json;
    }

    List<Layer> ofType(String mediaType) {
        return layers.stream()
                .filter(layer -> layer.mediaType().equals(mediaType))
                .toList();
    }

    Optional<Layer> lastOfType(String mediaType) {
        List<Layer> found = ofType(mediaType);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    /// Each file once, as they come and go: the config last.
    List<Layer> files() {
        Map<Digest, Layer> files = new LinkedHashMap<>();
        Stream.concat(layers.stream(), Stream.of(config)).forEach(layer -> files.putIfAbsent(layer.digest(), layer));
        return List.copyOf(files.values());
    }

    Stream<Layer> everything() {
        return Stream.concat(Stream.of(config), layers.stream());
    }

    Set<Digest> digests() {
        Set<Digest> digests = new LinkedHashSet<>();
        everything().map(Layer::digest).forEach(digests::add);
        return digests;
    }
}
