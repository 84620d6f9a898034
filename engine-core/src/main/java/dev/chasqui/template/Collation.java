package dev.chasqui.template;

import dev.chasqui.api.Message;
import dev.chasqui.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A conversation as Ollama shows it to a template: one message per turn.
///
/// Messages of one role that follow each other become one, with a blank line between their texts; the results
/// of tools stay apart. Of the messages that join another one Ollama keeps the text alone; here their images
/// and tool calls stay as well, and their thinking where the first has none.
///
/// @param system the texts of all system messages, with blank lines between
record Collation(String system, List<Message> messages) {

    private static final String BLANK_LINE = "\n\n";

    static Collation of(List<Message> messages) {
        List<Message> turns = new ArrayList<>();
        for (Message raw : messages) {
            Message message = withRole(raw, raw.role().toLowerCase(Locale.ROOT));
            boolean joins = !turns.isEmpty()
                    && turns.getLast().role().equals(message.role())
                    && !message.role().equals("tool");
            if (joins) turns.add(joined(turns.removeLast(), message));
            else turns.add(message);
        }
        String system = turns.stream()
                .filter(message -> message.role().equals("system"))
                .map(Message::content)
                .collect(Collectors.joining(BLANK_LINE));
        return new Collation(system, turns);
    }

    private static Message joined(Message first, Message second) {
        List<byte[]> images =
                Stream.concat(first.images().stream(), second.images().stream()).toList();
        List<ToolCall> calls = Stream.concat(first.toolCalls().stream(), second.toolCalls().stream())
                .toList();
        return new Message(
                first.role(),
                first.content() + BLANK_LINE + second.content(),
                first.thinking().isEmpty() ? second.thinking() : first.thinking(),
                images,
                calls,
                first.toolName(),
                first.toolCallId());
    }

    private static Message withRole(Message message, String role) {
        return new Message(
                role,
                message.content(),
                message.thinking(),
                message.images(),
                message.toolCalls(),
                message.toolName(),
                message.toolCallId());
    }
}
