package dev.chasqui.api;

import java.util.List;

/// A piece of an answer: whole characters, never half of one.
///
/// @param text      what the user sees; may be empty
/// @param thinking  reasoning that is not part of the answer; may be empty
/// @param toolCalls calls that are complete in this piece
/// @param logprobs  one entry per token of this piece when they were asked for, else empty
public record Chunk(String text, String thinking, List<ToolCall> toolCalls, List<TokenLogprob> logprobs) {

    public Chunk {
        toolCalls = List.copyOf(toolCalls);
        logprobs = List.copyOf(logprobs);
    }

    public static Chunk ofText(String text) {
        return new Chunk(text, "", List.of(), List.of());
    }

    /// The text alone, so that a chunk can be printed.
    @Override
    public String toString() {
        return text;
    }
}
