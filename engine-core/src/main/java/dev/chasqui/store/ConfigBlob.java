package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelTraits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

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

    ConfigBlob withTraits(ModelTraits others) {
        return new ConfigBlob(others, renderer, parser, requires, capabilities);
    }

    /// @throws BackendException if it is no JSON object
    static ConfigBlob parse(byte[] json) {
        Object document;
        try {
            document = Json.parse(json).orElse("");
        } catch (JacksonException e) {
            throw new BackendException(BackendException.Kind.INVALID, "its config is not JSON", e);
        }
        if (!(document instanceof Map)) throw BackendException.invalid("its config is not a JSON object");
        Map<String, Object> root = Json.asObject(document);
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
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("model_format", traits.format());
        root.put("model_family", traits.family());
        root.put("model_families", traits.families());
        root.put("model_type", traits.parameterSize());
        root.put("file_type", traits.quantizationLevel());
        renderer.ifPresent(name -> root.put("renderer", name));
        parser.ifPresent(name -> root.put("parser", name));
        requires.ifPresent(version -> root.put("requires", version));
        if (!capabilities.isEmpty()) root.put("capabilities", capabilities);
        root.put("architecture", "amd64");
        root.put("os", "linux");
        Map<String, Object> rootfs = new LinkedHashMap<>();
        rootfs.put("type", "layers");
        rootfs.put(
                "diff_ids",
                layers.stream().map(layer -> layer.digest().toString()).toList());
        root.put("rootfs", rootfs);
        return Json.bytes(root);
    }
}
