package dev.chasqui.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The store's JSON: small documents whose fields are looked up by name and may have any type.
final class Json {

    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /// @throws tools.jackson.core.JacksonException if the bytes are no JSON
    static JsonNode parse(byte[] bytes) {
        return MAPPER.readTree(bytes);
    }

    static byte[] bytes(Object node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static Optional<String> text(JsonNode object, String field) {
        JsonNode node = object.path(field);
        return node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
    }

    static List<String> texts(JsonNode object, String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode node : object.path(field)) if (node.isString()) texts.add(node.stringValue());
        return texts;
    }
}
