package dev.chasqui.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// Reads JSON as Go reads it into an `any`: all numbers are floating.
final class JsonTree {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.DEPTH)
                    .build())
            .build();

    private JsonTree() {}

    /// Keys keep their order.
    ///
    /// @throws tools.jackson.core.JacksonException if the text is no JSON, too deep, or holds too large a
    ///                                             number
    static Value parse(String json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            return value(parser);
        }
    }

    private static Value value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) return Value.Nothing.NIL; // an empty document
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Value> entries = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    entries.put(name, value(parser));
                }
                yield object(entries);
            }
            case START_ARRAY -> {
                List<Value> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) items.add(value(parser));
                yield Value.Sequence.of(GoType.ANYS, items);
            }
            case VALUE_STRING -> Value.of(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            case VALUE_TRUE -> Value.of(true);
            case VALUE_FALSE -> Value.of(false);
            default -> Value.Nothing.NIL;
        };
    }

    private static Value number(JsonParser parser) {
        double value = parser.getDoubleValue();
        if (Double.isInfinite(value)) throw new StreamReadException(parser, "the number is too large");
        return new Value.Float(value);
    }

    /// The same with the keys of every map in order, as Go shows them.
    static Value sorted(Value value) {
        return switch (value) {
            case Value.Dictionary map -> object(sorted(map.entries()));
            case Value.Sequence list ->
                Value.Sequence.of(
                        list.type(), list.items().stream().map(JsonTree::sorted).toList());
            default -> value;
        };
    }

    private static Map<String, Value> sorted(Map<String, Value> entries) {
        Map<String, Value> sorted = new TreeMap<>(Utf8.ORDER);
        entries.forEach((key, value) -> sorted.put(key, sorted(value)));
        return sorted;
    }

    static Value.Dictionary object(Map<String, Value> entries) {
        return new Value.Dictionary(GoType.OBJECT, entries, Value.Nothing.NIL, false);
    }
}
