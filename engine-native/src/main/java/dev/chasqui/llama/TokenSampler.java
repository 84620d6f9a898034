package dev.chasqui.llama;

/// Draws one request's tokens. Remembers what it drew, for penalties and grammar. Belongs to the decode thread.
public interface TokenSampler extends AutoCloseable {

    /// Takes in a token that is not drawn, one of the prompt for example, so that penalties count it. Call in order.
    void prime(int token);

    /// Draws the token that follows a row of the last batch, and remembers it.
    ///
    /// @throws IllegalArgumentException if that row did not ask for logits
    /// @throws LlamaException           if the grammar allows no token at all
    int sample(int row);

    /// As [#sample(int)], among the tokens that the constraint allows. The token is drawn without it and then tested,
    /// which is cheap; only if it does not fit, the others are left out and the draw is repeated. The caller hands
    /// the token to the constraint.
    ///
    /// @throws LlamaException if the constraint allows no token at all
    int sample(int row, TokenConstraint constraint);

    @Override
    void close();
}
