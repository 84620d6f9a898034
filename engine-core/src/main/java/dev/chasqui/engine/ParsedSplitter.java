package dev.chasqui.engine;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.common.MessageDelta;
import dev.chasqui.llama.common.OutputParser;
import dev.chasqui.llama.common.RenderedPrompt;
import java.util.ArrayList;
import java.util.List;

/// Reads an answer with the parser that belongs to the model's template: thinking apart, tool calls whole.
///
/// Text that stops being an answer in the model's format is handed out as it is, so nothing gets lost.
final class ParsedSplitter implements OutputSplitter {

    private final OutputParser parser;
    private final List<Call> calls = new ArrayList<>();
    private boolean broken;
    /// What the parser was given since it last handed something out.
    private final StringBuilder unread = new StringBuilder();

    private static final class Call {
        String name = "";
        final StringBuilder arguments = new StringBuilder();
    }

    ParsedSplitter(RenderedPrompt prompt) {
        this.parser = OutputParser.of(prompt);
    }

    @Override
    public List<Chunk> piece(String text, List<TokenLogprob> logprobs) {
        if (broken) return List.of(new Chunk(text, "", List.of(), logprobs));
        unread.append(text);
        List<MessageDelta> deltas;
        try {
            deltas = parser.push(text);
        } catch (LlamaException e) {
            return asItIs(logprobs);
        }
        return chunks(deltas, logprobs);
    }

    @Override
    public List<Chunk> end() {
        List<Chunk> last = new ArrayList<>();
        if (!broken) {
            try {
                last.addAll(chunks(parser.finish(), List.of()));
            } catch (LlamaException e) {
                last.addAll(asItIs(List.of()));
            }
        }
        List<ToolCall> whole = calls.stream()
                .filter(call -> !call.name.isEmpty())
                .map(call -> new ToolCall(
                        CallJson.freshId(), call.name, call.arguments.isEmpty() ? "{}" : call.arguments.toString()))
                .toList();
        if (!whole.isEmpty() && !broken) last.add(new Chunk("", "", whole, List.of()));
        return last;
    }

    @Override
    public void close() {
        parser.close();
    }

    private List<Chunk> chunks(List<MessageDelta> deltas, List<TokenLogprob> logprobs) {
        StringBuilder content = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        for (MessageDelta delta : deltas) {
            content.append(delta.content());
            thinking.append(delta.reasoning());
            if (delta.toolCallIndex() >= 0) grow(delta);
        }
        if (!content.isEmpty() || !thinking.isEmpty()) unread.setLength(0);
        if (content.isEmpty() && thinking.isEmpty() && logprobs.isEmpty()) return List.of();
        return List.of(new Chunk(content.toString(), thinking.toString(), List.of(), logprobs));
    }

    private void grow(MessageDelta delta) {
        while (calls.size() <= delta.toolCallIndex()) calls.add(new Call());
        Call call = calls.get(delta.toolCallIndex());
        if (!delta.toolCall().name().isEmpty()) call.name = delta.toolCall().name();
        call.arguments.append(delta.toolCall().argumentsJson());
    }

    /// Hands out what the parser has not, and parses no more.
    private List<Chunk> asItIs(List<TokenLogprob> logprobs) {
        broken = true;
        calls.clear();
        return List.of(new Chunk(unread.toString(), "", List.of(), logprobs));
    }
}
