package dev.chasqui.api;

import java.util.List;

/// One message of a conversation.
///
/// @param role       `system`, `user`, `assistant`, `tool`; other values go to the template as they are
/// @param thinking   what the assistant thought before it answered; may be empty
/// @param images     the files' bytes
/// @param toolCalls  calls the assistant made
/// @param toolName   for a tool's result: the function; may be empty
/// @param toolCallId for a tool's result: the call it answers; may be empty
public record Message(
        String role,
        String content,
        String thinking,
        List<byte[]> images,
        List<ToolCall> toolCalls,
        String toolName,
        String toolCallId) {

    public Message {
        images = List.copyOf(images);
        toolCalls = List.copyOf(toolCalls);
    }

    public static Message of(String role, String content) {
        return new Message(role, content, "", List.of(), List.of(), "", "");
    }

    public static Message system(String content) {
        return of("system", content);
    }

    public static Message user(String content) {
        return of("user", content);
    }

    public static Message assistant(String content) {
        return of("assistant", content);
    }
}
