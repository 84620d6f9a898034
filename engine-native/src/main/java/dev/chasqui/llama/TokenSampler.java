package dev.chasqui.llama;

/// Draws one request's tokens. Remembers what it drew, for penalties and grammar. Belongs to the decode thread.
public interface TokenSampler extends AutoCloseable {

    /// Takes in a token of the prompt, so that penalties count it. Call in order, before the first [#sample].
    void prime(int token);

    /// Draws the token that follows a row of the last batch, and remembers it.
    ///
    /// @throws IllegalArgumentException if that row did not ask for logits
    /// @throws LlamaException           if the grammar allows no token at all
    int sample(int row);

    @Override
    void close();
}
