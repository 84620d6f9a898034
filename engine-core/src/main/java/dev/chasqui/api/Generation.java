package dev.chasqui.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// One answer on its way. Iterate once, from one thread; [#close] may come from any thread and cancels what is
/// left.
///
/// Leaving a `try` block frees the request's place in the engine, or its connection, on every path.
public interface Generation extends Iterable<Chunk>, AutoCloseable {

    /// The pieces as they are made; `hasNext` waits for the next one. May be asked for once.
    ///
    /// @throws BackendException from `hasNext`, if the answer breaks off: never a silent end
    @Override
    Iterator<Chunk> iterator();

    /// How the answer ended and what it cost.
    ///
    /// @throws IllegalStateException before the last chunk was taken
    Summary summary();

    /// Which of several backends answers, by [Backend#name], as soon as that is known; empty where there is but one.
    default Optional<String> answeredBy() {
        return Optional.empty();
    }

    /// Cancels what is still to come. Idempotent; after the end it does nothing.
    @Override
    void close();

    /// Waits for the whole answer and closes this.
    ///
    /// @throws BackendException if the answer breaks off
    default Answer answer() {
        try (this) {
            StringBuilder text = new StringBuilder();
            StringBuilder thinking = new StringBuilder();
            List<ToolCall> toolCalls = new ArrayList<>();
            List<TokenLogprob> logprobs = new ArrayList<>();
            for (Chunk chunk : this) {
                text.append(chunk.text());
                thinking.append(chunk.thinking());
                toolCalls.addAll(chunk.toolCalls());
                logprobs.addAll(chunk.logprobs());
            }
            return new Answer(text.toString(), thinking.toString(), toolCalls, logprobs, summary());
        }
    }

    /// The whole answer's text.
    default String text() {
        return answer().text();
    }
}
