package dev.chasqui.schedule;

import java.util.function.Supplier;

/// Where one request's tokens go. Called on the decode thread, so it must be quick and must not wait.
public interface TokenSink {

    /// A token was drawn.
    ///
    /// @param logits the model's logits for this place; good until this method returns
    /// @return `false` if the answer is over with this token
    boolean accept(int token, Supplier<float[]> logits);

    /// A token came that had to, by the job's constraint; nobody drew it, so there are no logits for its place.
    ///
    /// @return `false` if the answer is over with this token
    boolean forced(int token);

    /// The model has read this token of the prompt, and the job asked for what it expects next. In order, and before
    /// the answer's first token.
    ///
    /// @param position of the token in the prompt, from 0
    /// @param logits   the model's logits after it; good until this method returns
    default void scored(int position, Supplier<float[]> logits) {}

    /// The answer is over. Called once, and after it nothing more.
    void ended(Ending ending);

    /// The answer broke off. Called once instead of [#ended].
    void failed(RuntimeException cause);

    /// How an answer ended.
    ///
    /// @param reason        why
    /// @param promptNanos   from the first chunk of the prompt until the first token could be drawn
    /// @param tokens        tokens of the answer, drawn or forced
    /// @param decodeNanos   from then to the last token
    /// @param sharedTokens  of the prompt, those that were in the KV cache already
    /// @param droppedTokens that context shifts took out of the middle
    /// @param submittedAt   when the request came, on the scheduler's clock
    /// @param queuedNanos   from then until it had a place for the first time
    record Ending(
            Reason reason,
            long promptNanos,
            int tokens,
            long decodeNanos,
            int sharedTokens,
            int droppedTokens,
            long submittedAt,
            long queuedNanos) {}

    /// Why an answer ended.
    enum Reason {
        /// The sink said so, or the job's constraint.
        STOP,
        /// The most tokens were drawn, or the context is full.
        LENGTH,
        /// The next token would have come after the deadline.
        DEADLINE
    }
}
