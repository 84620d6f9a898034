package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.ToolChoice.Mode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The functions a model is told of, and whether it must call one.
///
/// @param json  an array in Ollama's shape
/// @param names of the functions
record OfferedTools(String json, Set<String> names, ToolChoice choice) {

    private static final JsonMapper JSON = JsonMapper.shared();

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
        return request.toolsJson().map(json -> new OfferedTools(json, names, choice));
    }

    boolean mustBeCalled() {
        return choice.mode() == Mode.REQUIRED;
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
