package dev.chasqui.llama;

import java.util.Optional;

/// A model with a KV cache, as a scheduler sees it: batches of tokens in, logits out.
///
/// A *sequence* is one conversation's line of tokens in the KV cache, named by a small number; a *position*
/// counts from 0 along it. Every method belongs to one thread, the decode thread; only [#abort] may come from
/// any.
public interface Decoder extends AutoCloseable {

    /// What became of a batch.
    enum Outcome {
        /// Every row is in the KV cache, logits are there.
        DONE,
        /// The KV cache has no room for it; nothing changed.
        NO_ROOM,
        /// [#abort] stopped it; some leading rows may be in the cache, so what it was for must be removed.
        ABORTED
    }

    /// Tokens the KV cache holds, over all sequences.
    int contextTokens();

    /// Most rows one batch may have.
    int batchTokens();

    /// Sequences are numbered from 0 to this, exclusive.
    int sequences();

    /// Token ids are below this.
    int vocabularySize();

    /// Runs one batch through the model.
    ///
    /// @throws IllegalArgumentException if the batch is empty or too long, or a row names a token, position or
    ///                                  sequence that cannot be; nothing native was called then
    /// @throws LlamaException           if the model failed; the rows' sequences must be removed
    Outcome decode(TokenBatch batch);

    /// Makes the running or next [#decode] stop early with [Outcome#ABORTED]. From any thread.
    void abort();

    /// The logits of a row of the last batch.
    ///
    /// @return a copy, one value per token id
    /// @throws IllegalArgumentException if that row did not ask for logits
    float[] logits(int row);

    /// A sampler for one request over this model.
    ///
    /// @throws LlamaException if the grammar is not valid
    TokenSampler sampler(Sampling sampling);

    /// Forgets the positions from `from` on of a sequence; `from` 0 forgets the whole sequence.
    ///
    /// @return `false` if this model's memory cannot forget just a part; then nothing changed
    boolean forget(int sequence, int from);

    /// Forgets positions `from` up to `to`, exclusive, and moves what follows down, so that a full context goes
    /// on.
    ///
    /// @return `false` if this model's memory cannot do that; then nothing changed
    boolean shift(int sequence, int from, int to);

    /// Gives an empty sequence the first positions of another, up to `to`, exclusive; they share the memory.
    ///
    /// @return `false` if this model's memory cannot do that; then nothing changed
    boolean copy(int source, int target, int to);

    /// Copies a sequence into ordinary memory, so that it can be forgotten here and come back later. The caller
    /// closes the copy.
    ///
    /// @return empty if the sequence is, or if this decoder cannot do that now
    default Optional<SavedSequence> save(int sequence) {
        return Optional.empty();
    }

    /// Puts a copy into an empty sequence.
    ///
    /// @return `false` if there is no room for it, or this decoder cannot do that; then the sequence is empty still
    default boolean restore(SavedSequence saved, int sequence) {
        return false;
    }

    /// Makes room for more tokens; every sequence keeps what it has. The last batch's logits are gone.
    ///
    /// @return `false` if that cannot be done now; then nothing changed
    /// @throws LlamaException if there is no memory for it; then nothing changed
    boolean grow(int contextTokens);

    @Override
    void close();
}
