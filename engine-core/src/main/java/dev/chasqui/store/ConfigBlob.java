package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelTraits;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a manifest's config file says about the model.
record ConfigBlob(
        ModelTraits traits,
        Optional<String> renderer,
        Optional<String> parser,
        Optional<String> requires,
        List<String> capabilities) {

    ConfigBlob {
        capabilities = List.copyOf(capabilities);
    }

    static ConfigBlob of(ModelTraits traits) {
        return new ConfigBlob(traits, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    /// @throws BackendException if it is no JSON object
    static ConfigBlob parse(byte[] json) {
        JsonNode root;
        try {
            root = Json.parse(json);
        } catch (JacksonException e) {
            throw new BackendException(BackendException.Kind.INVALID, "its config is not JSON", e);
        }
        if (!root.isObject()) throw BackendException.invalid("its config is not a JSON object");
        return new ConfigBlob(
                new ModelTraits(
                        "",
                        Json.text(root, "model_format").orElse(""),
                        Json.text(root, "model_family").orElse(""),
                        Json.texts(root, "model_families"),
                        Json.text(root, "model_type").orElse(""),
                        Json.text(root, "file_type").orElse("unknown")),
                Json.text(root, "renderer"),
                Json.text(root, "parser"),
                Json.text(root, "requires"),
                Json.texts(root, "capabilities"));
    }

    byte[] toJson(List<Layer> layers) {
        ObjectNode root = Json.object();
        root.put("model_format", traits.format()).put("model_family", traits.family());
        ArrayNode families = root.putArray("model_families");
        traits.families().forEach(families::add);
        root.put("model_type", traits.parameterSize()).put("file_type", traits.quantizationLevel());
        renderer.ifPresent(name -> root.put("renderer", name));
        parser.ifPresent(name -> root.put("parser", name));
        requires.ifPresent(version -> root.put("requires", version));
        if (!capabilities.isEmpty()) {
            ArrayNode array = root.putArray("capabilities");
            capabilities.forEach(array::add);
        }
        root.put("architecture", "amd64").put("os", "linux");
        ObjectNode rootfs = root.putObject("rootfs").put("type", "layers");
        ArrayNode ids = rootfs.putArray("diff_ids");
        layers.forEach(layer -> ids.add(layer.digest().toString()));
        return Json.bytes(root);
    }
}
