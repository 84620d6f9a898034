package dev.chasqui.llama;

/// A model that turns texts into vectors, as a scheduler sees it: batches of tokens in, one vector per text
/// out.
///
/// While it is computed, a text is a *sequence*, named by a small number; the positions of its rows count
/// from 0. Its last row asks for its vector, as [TokenBatch#wantsLogits] says. Every method belongs to one
/// thread, the decode thread; only [#abort] may come from any.
public interface Embedder extends AutoCloseable {

    /// Whether a text must come in one batch, since its tokens look at those that follow.
    boolean wholeTexts();

    /// Makes sure that a text of so many tokens has room. What was begun and has not ended may be forgotten
    /// for it.
    ///
    /// @return whether it was
    /// @throws RuntimeException if there is no memory for it; what was begun is forgotten then
    boolean reserve(int tokens);

    /// Tokens of one text, or of all that are in hand together; `0` before the first [#reserve].
    int contextTokens();

    /// Most rows one batch may have; one whole text by itself may have more. `0` before the first [#reserve].
    int batchTokens();

    /// Sequences are numbered from 0 to this, exclusive.
    int sequences();

    /// Runs one batch through the model.
    ///
    /// @throws IllegalArgumentException if the batch is empty or too long, or a row names a token, position
    ///                                  or sequence that cannot be
    /// @throws LlamaException           if the model failed; the rows' sequences must be forgotten
    Decoder.Outcome embed(TokenBatch batch);

    /// Makes the running or next [#embed] stop early; the rows' sequences must be forgotten. From any thread.
    void abort();

    /// The vector of a text whose last row was in the last batch, as the model gives it.
    ///
    /// @return a copy
    /// @throws IllegalArgumentException if there is no such text
    float[] vector(int sequence);

    /// Forgets a text, so that its sequence can be another's.
    void forget(int sequence);

    @Override
    void close();
}
