package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

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
        try {
            JsonNode root = Json.parse(json);
            if (!root.isObject()) throw BackendException.invalid("it is not a JSON object");
            if (root.path("layers").size() > MOST_LAYERS) {
                throw BackendException.invalid("it has more than " + MOST_LAYERS + " layers");
            }
            List<Layer> layers = new ArrayList<>();
            for (JsonNode layer : root.path("layers")) layers.add(layer(layer, "a layer"));
            return new Manifest(layer(root.path("config"), "the config"), layers);
        } catch (JacksonException e) {
            throw new BackendException(BackendException.Kind.INVALID, "it is not JSON", e);
        }
    }

    private static Layer layer(JsonNode node, String what) {
        String digest = Json.text(node, "digest").orElse("");
        JsonNode size = node.path("size");
        if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
            throw BackendException.invalid(what + " has no size");
        }
        return new Layer(Json.text(node, "mediaType").orElse(""), Digest.parse(digest), size.longValue());
    }

    byte[] toJson() {
        ObjectNode root = Json.object();
        root.put("schemaVersion", 2).put("mediaType", MediaTypes.MANIFEST);
        root.set("config", json(config));
        ArrayNode array = root.putArray("layers");
        layers.forEach(layer -> array.add(json(layer)));
        return Json.bytes(root);
    }

    private static ObjectNode json(Layer layer) {
        return Json.object()
                .put("mediaType", layer.mediaType())
                .put("digest", layer.digest().toString())
                .put("size", layer.size());
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

    Stream<Layer> everything() {
        return Stream.concat(Stream.of(config), layers.stream());
    }

    Set<Digest> digests() {
        Set<Digest> digests = new LinkedHashSet<>();
        everything().map(Layer::digest).forEach(digests::add);
        return digests;
    }
}
