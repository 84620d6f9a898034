package dev.chasqui.llama.common;

import java.util.ArrayList;
import java.util.List;

/// What one more piece of an answer added to its meaning.
///
/// @param content       more of the content; may be empty
/// @param reasoning     more of the thinking; may be empty
/// @param toolCallIndex which call grew, from 0; -1 for none
/// @param toolCall      what was added to that call: its name comes once and whole, its arguments in pieces
public record MessageDelta(String content, String reasoning, int toolCallIndex, ParsedToolCall toolCall) {

    static List<MessageDelta> from(Fields fields) {
        List<MessageDelta> deltas = new ArrayList<>();
        while (fields.more()) {
            deltas.add(new MessageDelta(
                    fields.next(),
                    fields.next(),
                    (int) fields.number(),
                    new ParsedToolCall(fields.next(), fields.next(), fields.next())));
        }
        return deltas;
    }
}
