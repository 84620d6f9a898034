package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A request to `/api/chat`, read in two steps as [GenerateBody] is.
///
/// @param model exactly as the client wrote it; replies repeat it
record ChatBody(
        String model,
        List<Message> messages,
        Optional<String> toolsJson,
        ToolChoice toolChoice,
        SettingsBody settings,
        Fields body) {

    /// @throws BackendException if the body is malformed, or the model's name is missing or malformed
    static ChatBody read(byte[] json) {
        Fields body = JsonText.readObject(json, "ChatRequest");
        ChatBody read = new ChatBody(
                body.firstText("model", "name"),
                body.objects("messages", "[]api.Message").stream()
                        .map(ChatBody::message)
                        .toList(),
                body.jsonArray("tools", "api.Tools").filter(tools -> !tools.equals("[]")),
                body.raw("tool_choice").map(ChatBody::toolChoice).orElse(ToolChoice.AUTO),
                SettingsBody.read(body),
                body);
        if (read.model.isEmpty()) throw BackendException.invalid("model is required");
        ModelName.parse(read.model);
        return read;
    }

    ChatRequest complete() {
        return new ChatRequest(model, messages, toolsJson, toolChoice, settings.complete(body));
    }

    /// OpenAI's field; Ollama has none.
    private static ToolChoice toolChoice(JsonNode value) {
        JsonNode name = value.path("function").path("name");
        if (value.path("type").asString("").equals("function") && name.isString()) {
            return ToolChoice.function(Text.wellFormed(name.stringValue()));
        }
        return switch (value.isString() ? value.stringValue() : "") {
            case "auto" -> ToolChoice.AUTO;
            case "none" -> ToolChoice.NONE;
            case "required" -> ToolChoice.REQUIRED;
            default ->
                throw BackendException.invalid("tool_choice is " + Text.wellFormed(value.toString())
                        + "; expected \"auto\", \"none\", \"required\" or"
                        + " {\"type\":\"function\",\"function\":{\"name\":…}}");
        };
    }

    private static Message message(Fields message) {
        return new Message(
                message.firstText("role").toLowerCase(Locale.ROOT),
                message.firstText("content"),
                message.firstText("thinking"),
                message.images("images"),
                message.objects("tool_calls", "[]api.ToolCall").stream()
                        .map(ChatBody::toolCall)
                        .toList(),
                message.firstText("tool_name"),
                message.firstText("tool_call_id"));
    }

    private static ToolCall toolCall(Fields call) {
        Optional<Fields> function = call.object("function", "api.ToolCallFunction");
        function.ifPresent(named -> named.number("index", 0)); // says nothing, and must be a number all the same
        return new ToolCall(
                call.firstText("id"),
                function.map(named -> named.firstText("name")).orElse(""),
                function.flatMap(named -> named.jsonObject("arguments", "api.ToolCallFunctionArguments"))
                        .orElse("{}"));
    }
}
