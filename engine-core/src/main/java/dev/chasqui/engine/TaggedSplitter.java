package dev.chasqui.engine;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import java.util.List;
import java.util.Optional;

/// Reads an answer by the marks its template shows: first the thinking, then content and tool calls. A call is
/// handed out as soon as it is complete.
final class TaggedSplitter implements OutputSplitter {

    private final Optional<ThoughtText> thoughts;
    private final Optional<ToolCallText> calls;

    TaggedSplitter(Optional<ThoughtText> thoughts, Optional<ToolCallText> calls) {
        this.thoughts = thoughts;
        this.calls = calls;
    }

    @Override
    public List<Chunk> piece(String text, List<TokenLogprob> logprobs) {
        ThoughtText.Parts parts =
                thoughts.map(thought -> thought.add(text)).orElseGet(() -> new ThoughtText.Parts("", text));
        ToolCallText.Parts said = said(parts.content());
        return chunks(said.content(), parts.thinking(), said.calls(), logprobs);
    }

    @Override
    public List<Chunk> end() {
        ThoughtText.Parts rest = thoughts.map(ThoughtText::end).orElse(ThoughtText.Parts.NONE);
        ToolCallText.Parts said = said(rest.content());
        ToolCallText.Parts last = calls.map(ToolCallText::end).orElse(ToolCallText.Parts.ofContent(""));
        return chunks(said.content() + last.content(), rest.thinking(), said.calls(), List.of());
    }

    private ToolCallText.Parts said(String content) {
        return calls.map(reader -> reader.add(content)).orElseGet(() -> ToolCallText.Parts.ofContent(content));
    }

    private static List<Chunk> chunks(
            String content, String thinking, List<ToolCall> calls, List<TokenLogprob> logprobs) {
        if (content.isEmpty() && thinking.isEmpty() && calls.isEmpty() && logprobs.isEmpty()) return List.of();
        return List.of(new Chunk(content, thinking, calls, logprobs));
    }
}
