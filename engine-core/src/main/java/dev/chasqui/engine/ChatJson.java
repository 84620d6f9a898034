package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.ToolCall;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A conversation in the shape chat templates know, OpenAI's, as JSON text.
final class ChatJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private ChatJson() {}

    static String of(List<Message> messages) {
        ArrayNode array = JSON.createArrayNode();
        for (Message message : messages) {
            ObjectNode node = array.addObject();
            node.put("role", message.role().toLowerCase(Locale.ROOT));
            node.put("content", message.content());
            if (!message.thinking().isEmpty()) node.put("reasoning_content", message.thinking());
            if (!message.toolName().isEmpty()) node.put("name", message.toolName());
            if (!message.toolCallId().isEmpty()) node.put("tool_call_id", message.toolCallId());
            if (!message.toolCalls().isEmpty()) addCalls(node, message.toolCalls());
        }
        return array.toString();
    }

    private static void addCalls(ObjectNode message, List<ToolCall> calls) {
        ArrayNode array = message.putArray("tool_calls");
        for (ToolCall call : calls) {
            ObjectNode node = array.addObject();
            if (!call.id().isEmpty()) node.put("id", call.id());
            node.put("type", "function");
            ObjectNode function = node.putObject("function");
            function.put("name", call.name());
            try {
                function.set("arguments", JSON.readTree(call.argumentsJson()));
            } catch (JacksonException e) {
                throw BackendException.invalid("the arguments of tool call \"" + call.name() + "\" are no JSON");
            }
        }
    }
}
