package dev.chasqui.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads JSON text by Jackson's streams, within limits. A name that comes twice counts with its last value,
/// as in most parsers.
final class JsonReader {

    /// The names are not interned: they come from outside, without end.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.ANSWER_DEPTH + 1)
                    .maxNameLength(Limits.SCHEMA_LENGTH)
                    .maxStringLength(Limits.ANSWER_LENGTH)
                    .build())
            .build();

    private final int deepest;

    private JsonReader(int deepest) {
        this.deepest = deepest;
    }

    /// @throws NotJsonException if it is not one JSON value, longer or nested deeper
    static Json read(String text, int longest, int deepest) throws NotJsonException {
        if (text.length() > longest) throw new NotJsonException("is longer than " + longest + " characters");
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            Json value = new JsonReader(deepest).value(parser, 0);
            if (parser.nextToken() != null) throw new NotJsonException("goes on after its JSON ends");
            return value;
        } catch (JacksonException e) {
            throw new NotJsonException("is no JSON: " + e.getOriginalMessage());
        }
    }

    private Json value(JsonParser parser, int depth) throws NotJsonException {
        JsonToken token = parser.currentToken();
        if (token == null) throw new NotJsonException("is empty");
        if (token.isStructStart() && depth == deepest) {
            throw new NotJsonException("is nested deeper than " + deepest + " levels");
        }
        return switch (token) {
            case START_OBJECT -> object(parser, depth + 1);
            case START_ARRAY -> array(parser, depth + 1);
            case VALUE_STRING -> new Json.Text(whole(parser.getString()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getDecimalValue());
            case VALUE_TRUE -> new Json.Bool(true);
            case VALUE_FALSE -> new Json.Bool(false);
            case VALUE_NULL -> Json.Null.NULL;
            default -> throw new NotJsonException("is no JSON: unexpected " + token);
        };
    }

    private Json object(JsonParser parser, int depth) throws NotJsonException {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = whole(parser.currentName());
            parser.nextToken();
            members.put(name, value(parser, depth));
        }
        return new Json.Obj(Collections.unmodifiableMap(members));
    }

    private Json array(JsonParser parser, int depth) throws NotJsonException {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) items.add(value(parser, depth));
        return new Json.Arr(List.copyOf(items));
    }

    /// @throws NotJsonException if half of a surrogate pair stands alone: no UTF-8 can say that
    private static String whole(String text) throws NotJsonException {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new NotJsonException("holds half of a surrogate pair");
            }
        }
        return text;
    }
}
