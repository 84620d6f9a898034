package dev.chasqui.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The store's JSON: small documents as Map, List, String, Long, BigInteger, Double and Boolean. A `null` counts
/// as not there.
///
/// Jackson's streams alone: its mapper would take longer to start than everything else on the way to a model.
final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /// @throws tools.jackson.core.JacksonException if the bytes are no JSON
    static Optional<Object> parse(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            parser.nextToken();
            return Optional.ofNullable(value(parser));
        }
    }

    /// The document, or an empty map if it is no object.
    ///
    /// @throws tools.jackson.core.JacksonException if the bytes are no JSON
    static Map<String, Object> parseObject(byte[] bytes) {
        return asObject(parse(bytes).orElse(Map.of()));
    }

    /// Jackson limits the depth, so this cannot run out of stack.
    private static @Nullable Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) return null; // an empty document
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    Object value = value(parser);
                    if (value != null) object.put(name, value);
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Object value = value(parser);
                    if (value != null) array.add(value);
                }
                yield array;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    static byte[] bytes(Object tree) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(generator, tree);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, Object tree) {
        switch (tree) {
            case Map<?, ?> object -> {
                generator.writeStartObject();
                object.forEach((name, value) -> {
                    generator.writeName(String.valueOf(name));
                    write(generator, value);
                });
                generator.writeEndObject();
            }
            case List<?> array -> {
                generator.writeStartArray();
                array.forEach(value -> write(generator, value));
                generator.writeEndArray();
            }
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case Boolean flag -> generator.writeBoolean(flag);
            default -> generator.writeString(tree.toString());
        }
    }

    /// The text as a JSON string, in its quotes.
    static String quoted(String text) {
        return new String(bytes(text), StandardCharsets.UTF_8);
    }

    /// The value as an object; empty if it is none.
    static Map<String, Object> asObject(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) return Map.of();
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((name, each) -> object.put(String.valueOf(name), each));
        return object;
    }

    static List<?> list(Map<String, Object> object, String field) {
        return object.get(field) instanceof List<?> list ? list : List.of();
    }

    static Optional<String> text(Map<String, Object> object, String field) {
        return object.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    static List<String> texts(Map<String, Object> object, String field) {
        return list(object, field).stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }
}
