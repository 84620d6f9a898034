package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads a request's JSON as Go's decoder does: the first value counts, what follows is not looked at, bytes that
/// are no UTF-8 become U+FFFD, and errors come in Go's words where clients may have seen them.
final class JsonText {

    static final int MAX_DEPTH = 500;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE) // the body's limit is the limit
                    .maxNameLength(50_000)
                    .maxNumberLength(1_000)
                    .build())
            .build();

    static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // a schema's 1e400 stays what it is
            .build();

    /// Where a character was wrong, by what Jackson says it wanted there.
    private static final Map<String, String> GO_WORDS = Map.of(
            "a valid value", "looking for beginning of value",
            "double-quote to start field name", "looking for beginning of object key string",
            "double-quote to start property name", "looking for beginning of object key string",
            "separate Object entries", "after object key:value pair",
            "separate Array entries", "after array element",
            "separate field name and value", "after object key",
            "separate property name and value", "after object key",
            "Unrecognized token", "looking for beginning of value",
            "unquoted character", "in string literal",
            "character escape", "in string escape code");

    private JsonText() {}

    /// Reads an object; `null` counts as an empty one.
    ///
    /// @param struct the name Go's error texts have for it, for example `ChatRequest`
    /// @throws BackendException if there is no object
    static Fields readObject(byte[] body, String struct) {
        String text = new String(body, StandardCharsets.UTF_8);
        if (text.isBlank()) throw BackendException.invalid("missing request body");
        JsonNode value = read(text);
        if (value.isNull()) return new Fields(MAPPER.createObjectNode(), struct);
        if (value instanceof ObjectNode object) return new Fields(object, struct);
        throw BackendException.invalid(
                "json: cannot unmarshal " + Fields.kind(value) + " into Go value of type api." + struct);
    }

    private static JsonNode read(String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            return MAPPER.readTree(parser);
        } catch (StreamConstraintsException e) {
            throw BackendException.invalid("JSON is beyond what is accepted: " + e.getOriginalMessage());
        } catch (UnexpectedEndOfInputException e) {
            throw BackendException.invalid("unexpected EOF");
        } catch (StreamReadException e) {
            throw BackendException.invalid(inGoWords(e, text));
        } catch (NumberFormatException e) { // an exponent of ten digits and more
            throw BackendException.invalid("JSON is beyond what is accepted: " + e.getMessage());
        } catch (JacksonException e) {
            throw BackendException.invalid("invalid JSON: " + e.getOriginalMessage());
        }
    }

    private static String inGoWords(StreamReadException e, String text) {
        String message = String.valueOf(e.getOriginalMessage());
        if (message.contains("end-of-input")) return "unexpected EOF";
        String where = GO_WORDS.entrySet().stream()
                .filter(word -> message.contains(word.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("in JSON text");
        return "invalid character " + quotedCharacter(message, e, text) + " " + where;
    }

    private static String quotedCharacter(String message, StreamReadException e, String text) {
        int quoted = message.indexOf("character ('");
        if (quoted >= 0) return message.substring(quoted + 11, quoted + 14);
        int token = message.indexOf("Unrecognized token '");
        if (token >= 0) return "'" + message.charAt(token + 20) + "'";
        int at = (int) Math.clamp(e.getLocation().getCharOffset() - 1, 0, text.length() - 1L);
        char found = text.charAt(at);
        return found < ' ' ? String.format("'\\x%02x'", (int) found) : "'" + found + "'";
    }
}
