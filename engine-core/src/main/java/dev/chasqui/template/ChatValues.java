package dev.chasqui.template;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;

/// The data templates see, from a conversation.
final class ChatValues {

    private ChatValues() {}

    /// For a template that writes the messages itself.
    ///
    /// @throws BackendException if the tools or a call's arguments are not what they should be
    static Value chat(Collation collation, Conversation conversation) {
        Map<String, Value> data = thinking(conversation.think());
        data.put("System", Value.of(collation.system()));
        data.put("Messages", messages(collation.messages()));
        data.put("Tools", conversation.toolsJson().map(ToolValues::parse).orElse(Value.Sequence.none(GoType.TOOLS)));
        data.put("Response", Value.Text.EMPTY);
        return root(data);
    }

    /// For a template that writes one turn.
    static Value turn(String system, String prompt, String response, Think think) {
        Map<String, Value> data = thinking(think);
        data.put("System", Value.of(system));
        data.put("Prompt", Value.of(prompt));
        data.put("Response", Value.of(response));
        return root(data);
    }

    /// For a template that fills a gap.
    static Value insert(String prompt, String suffix, Think think) {
        Map<String, Value> data = thinking(think);
        data.put("Prompt", Value.of(prompt));
        data.put("Suffix", Value.of(suffix));
        data.put("Response", Value.Text.EMPTY);
        return root(data);
    }

    private static Value root(Map<String, Value> data) {
        return JsonTree.object(new TreeMap<>(data));
    }

    private static Map<String, Value> thinking(Think think) {
        Map<String, Value> data = new HashMap<>();
        boolean on = think != Think.DEFAULT && think != Think.OFF;
        data.put("Think", Value.of(on));
        data.put("ThinkLevel", Value.of(!on ? "" : think == Think.ON ? Think.MEDIUM.wire() : think.wire()));
        data.put("IsThinkSet", Value.of(think != Think.DEFAULT));
        return data;
    }

    private static Value messages(List<Message> messages) {
        return Value.Sequence.of(
                GoType.MESSAGES, messages.stream().map(ChatValues::message).toList());
    }

    private static Value message(Message message) {
        return Value.Struct.of(
                Shape.MESSAGE,
                Value.of(message.role()),
                Value.of(message.content()),
                Value.of(message.thinking()),
                images(message.images()),
                calls(message.toolCalls()),
                Value.of(message.toolName()),
                Value.of(message.toolCallId()));
    }

    private static Value images(List<byte[]> images) {
        if (images.isEmpty()) return Value.Sequence.none(GoType.IMAGES);
        return Value.Sequence.of(
                GoType.IMAGES, images.stream().map(ChatValues::image).toList());
    }

    private static Value image(byte[] bytes) {
        List<Value> view = new AbstractList<>() {
            @Override
            public Value get(int index) {
                return Value.Int.byteOf(bytes[index]);
            }

            @Override
            public int size() {
                return bytes.length;
            }
        };
        return new Value.Sequence(GoType.IMAGE, view, false);
    }

    private static Value calls(List<ToolCall> calls) {
        if (calls.isEmpty()) return Value.Sequence.none(GoType.TOOL_CALLS);
        List<Value> values = new ArrayList<>();
        for (ToolCall call : calls) {
            Value function = Value.Struct.of(
                    Shape.CALLED_FUNCTION, Value.Int.of(values.size()), Value.of(call.name()), arguments(call));
            values.add(Value.Struct.of(Shape.TOOL_CALL, Value.of(call.id()), function));
        }
        return Value.Sequence.of(GoType.TOOL_CALLS, values);
    }

    private static Value arguments(ToolCall call) {
        String wrong = "the arguments of tool call \"" + call.name() + "\" are no JSON object";
        Value tree;
        try {
            tree = JsonTree.sorted(JsonTree.parse(call.argumentsJson()));
        } catch (JacksonException e) {
            throw new BackendException(BackendException.Kind.INVALID, wrong, e);
        }
        if (!(tree instanceof Value.Dictionary object)) throw BackendException.invalid(wrong);
        return new Value.Dictionary(GoType.ARGUMENTS, object.entries(), Value.Nothing.NIL, false);
    }
}
