package dev.chasqui.llama.common;

import java.util.ArrayList;
import java.util.List;

/// What an answer says.
///
/// @param content   for the reader
/// @param reasoning the thinking before it
/// @param toolCalls in the order they were written
public record ParsedMessage(String content, String reasoning, List<ParsedToolCall> toolCalls) {

    public ParsedMessage {
        toolCalls = List.copyOf(toolCalls);
    }

    static ParsedMessage from(Fields fields) {
        String content = fields.next();
        String reasoning = fields.next();
        List<ParsedToolCall> calls = new ArrayList<>();
        while (fields.more()) calls.add(new ParsedToolCall(fields.next(), fields.next(), fields.next()));
        return new ParsedMessage(content, reasoning, calls);
    }
}
