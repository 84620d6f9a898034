package dev.chasqui.api;

import java.util.List;

/// A whole answer: the pieces of a [Generation] joined.
public record Answer(
        String text, String thinking, List<ToolCall> toolCalls, List<TokenLogprob> logprobs, Summary summary) {

    public Answer {
        toolCalls = List.copyOf(toolCalls);
        logprobs = List.copyOf(logprobs);
    }
}
