package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.ToolChoice.Mode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The functions a model is told of, and whether it must call one.
///
/// @param json  an array in Ollama's shape
/// @param names of the functions
/// @param call  the call that must be made, where we hold the answer to it ourselves
record OfferedTools(String json, Set<String> names, ToolChoice choice, Optional<RequiredCall> call) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // a bound stays what it is
            .build();

    /// @return empty where there are none, or the model is not to be told
    /// @throws BackendException if the tools are no JSON array, or the choice does not go together with them
    static Optional<OfferedTools> of(ChatRequest request) {
        Set<String> names = request.toolsJson().map(OfferedTools::names).orElse(Set.of());
        ToolChoice choice = request.toolChoice();
        if (choice.mode() == Mode.REQUIRED) {
            if (names.isEmpty()) {
                throw BackendException.invalid("tool_choice is " + word(choice) + " and the request offers no tools;"
                        + " add tools, or leave tool_choice out");
            }
            if (choice.function().filter(name -> !names.contains(name)).isPresent()) {
                throw BackendException.invalid("tool_choice names " + word(choice) + ", which is not among the tools: "
                        + String.join(", ", names));
            }
            if (request.settings().format().isPresent()) {
                throw BackendException.invalid("tool_choice is " + word(choice) + " and there is a format; an answer"
                        + " cannot be both. Leave one of them out");
            }
        }
        if (choice.mode() == Mode.NONE) return Optional.empty();
        return request.toolsJson().map(json -> new OfferedTools(json, names, choice, Optional.empty()));
    }

    boolean mustBeCalled() {
        return choice.mode() == Mode.REQUIRED;
    }

    OfferedTools with(RequiredCall required) {
        return new OfferedTools(json, names, choice, Optional.of(required));
    }

    /// A JSON schema of one call of those that may be made.
    ///
    /// @param arguments the key of a call's arguments
    String callSchema(String arguments) {
        ObjectNode schema = JSON.createObjectNode();
        ArrayNode calls = schema.putArray("anyOf");
        for (JsonNode tool : JSON.readTree(json)) {
            JsonNode function = tool.path("function");
            String name = function.path("name").asString("");
            if (name.isEmpty()
                    || choice.function().filter(only -> !only.equals(name)).isPresent()) continue;
            ObjectNode call = calls.addObject().put("type", "object");
            ObjectNode properties = call.putObject("properties");
            properties.putObject("name").put("const", name);
            JsonNode parameters = function.path("parameters");
            if (parameters.isObject()) properties.set(arguments, parameters);
            else properties.putObject(arguments).put("type", "object").putObject("properties");
            call.putArray("required").add("name").add(arguments);
        }
        return schema.toString();
    }

    private static String word(ToolChoice choice) {
        return '"' + choice.function().orElse("required") + '"';
    }

    private static Set<String> names(String json) {
        JsonNode tools;
        try {
            tools = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID, "tools cannot be read: " + e.getOriginalMessage(), e);
        }
        if (!tools.isArray()) throw BackendException.invalid("tools is no JSON array");
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode tool : tools) {
            JsonNode name = tool.path("function").path("name");
            if (name.isString() && !name.stringValue().isEmpty()) names.add(name.stringValue());
        }
        return names;
    }
}
