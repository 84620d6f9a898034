package dev.chasqui.engine;

import dev.chasqui.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// Tool calls as models write them in JSON: `{"name": …, "arguments": {…}}`, an array of those, the function's name
/// as a key, or its name before an object that holds the arguments alone.
final class CallJson {

    /// A price stays what the model wrote.
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final List<String> NAMES = List.of("name", "tool_name", "function");
    private static final List<String> ARGUMENTS = List.of("arguments", "parameters");

    private CallJson() {}

    /// @param before    the text in front of it
    /// @param json      an object or array, perhaps a broken one
    /// @param functions those that may be called
    /// @return empty if it is no JSON, and no call if it is something else
    static Optional<List<ToolCall>> read(String before, String json, Set<String> functions) {
        JsonNode value;
        try {
            value = JSON.readTree(json);
        } catch (JacksonException e) {
            return Optional.empty();
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode each : value.isArray() ? value : List.of(value)) {
            named(each, functions).ifPresent(calls::add);
        }
        if (calls.isEmpty() && value.isObject()) {
            lastNamed(before, functions).ifPresent(name -> calls.add(call(name, value)));
        }
        return Optional.of(calls);
    }

    /// As Ollama makes them: `call_` and eight of a-z and 0-9.
    static String freshId() {
        StringBuilder id = new StringBuilder("call_");
        for (int i = 0; i < 8; i++)
            id.append(Character.forDigit(ThreadLocalRandom.current().nextInt(36), 36));
        return id.toString();
    }

    private static Optional<ToolCall> named(JsonNode value, Set<String> functions) {
        JsonNode call = value.path("function").isObject() ? value.path("function") : value;
        Optional<String> name = NAMES.stream()
                .map(call::path)
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .findFirst();
        if (name.isPresent()) return name.filter(functions::contains).map(known -> call(known, arguments(call)));
        return functions.stream()
                .filter(function -> value.path(function).isObject())
                .findFirst()
                .map(function -> call(function, value.path(function)));
    }

    /// What was written last; where names overlap there, the longest.
    private static Optional<String> lastNamed(String text, Set<String> functions) {
        return functions.stream().filter(text::contains).max((one, other) -> {
            int ends = Integer.compare(end(text, one), end(text, other));
            return ends != 0 ? ends : Integer.compare(one.length(), other.length());
        });
    }

    private static int end(String text, String name) {
        return text.lastIndexOf(name) + name.length();
    }

    private static JsonNode arguments(JsonNode call) {
        return ARGUMENTS.stream()
                .map(call::path)
                .flatMap(CallJson::object)
                .findFirst()
                .orElseGet(JSON::createObjectNode);
    }

    /// An object, or a text that holds one.
    private static Stream<JsonNode> object(JsonNode value) {
        if (value.isObject()) return Stream.of(value);
        if (!value.isString()) return Stream.empty();
        try {
            return Stream.of(JSON.readTree(value.stringValue())).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Stream.empty();
        }
    }

    private static ToolCall call(String function, JsonNode arguments) {
        return new ToolCall(freshId(), function, arguments.toString());
    }
}
