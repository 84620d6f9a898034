package dev.chasqui.engine;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.TokenLogprob;
import java.util.List;

/// Sorts a model's text into what the user sees, what it thought, and the tools it calls. Used by one thread.
interface OutputSplitter extends AutoCloseable {

    /// More text came.
    ///
    /// @return what can be handed out now, perhaps nothing
    List<Chunk> piece(String text, List<TokenLogprob> logprobs);

    /// The text is complete.
    ///
    /// @return what was held back until now
    List<Chunk> end();

    /// Frees what it holds. Idempotent.
    @Override
    default void close() {}

    /// All text is for the user.
    static OutputSplitter plain() {
        return new OutputSplitter() {
            @Override
            public List<Chunk> piece(String text, List<TokenLogprob> logprobs) {
                return List.of(new Chunk(text, "", List.of(), logprobs));
            }

            @Override
            public List<Chunk> end() {
                return List.of();
            }
        };
    }
}
