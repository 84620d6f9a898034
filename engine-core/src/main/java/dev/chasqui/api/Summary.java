package dev.chasqui.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How an answer ended and what it cost. After a load or unload all counts and durations are zero.
///
/// @param total               from the call to the last token
/// @param load                from the call until the model was ready; small but above zero when it was
/// @param promptTokens        tokens of the prompt as it went to the model, those taken from a cache
///                            included
/// @param prompt              time to evaluate the part that was not cached
/// @param evalTokens          tokens generated
/// @param eval                time to generate them
/// @param context             the conversation so far as token ids, to be sent with the next
///                            [GenerateRequest]; empty for chat and raw prompts
/// @param cachedTokens        of the prompt, those that need not be computed; `0` where the backend does
///                            not say
/// @param droppedTokens       that had to leave the middle of a full context while the answer grew
/// @param droppedPromptTokens that were left out of the middle of a prompt too long for the context
/// @param droppedMessages     the oldest of a conversation too long for the context, left out of its
///                            prompt
/// @param queued              of the time before the prompt was begun, what was spent waiting for a place among
///                            the model's requests; zero where the backend does not say
/// @param choices             each label's probability, where the request gave some
public record Summary(
        DoneReason reason,
        Duration total,
        Duration load,
        int promptTokens,
        Duration prompt,
        int evalTokens,
        Duration eval,
        List<Integer> context,
        int cachedTokens,
        int droppedTokens,
        int droppedPromptTokens,
        int droppedMessages,
        Duration queued,
        Optional<Choices> choices) {

    public Summary(
            DoneReason reason,
            Duration total,
            Duration load,
            int promptTokens,
            Duration prompt,
            int evalTokens,
            Duration eval,
            List<Integer> context) {
        this(
                reason,
                total,
                load,
                promptTokens,
                prompt,
                evalTokens,
                eval,
                context,
                0,
                0,
                0,
                0,
                Duration.ZERO,
                Optional.empty());
    }

    public Summary {
        context = List.copyOf(context);
    }

    /// The end of a request that only loaded or unloaded a model.
    public static Summary withoutWork(DoneReason reason) {
        return new Summary(reason, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, Duration.ZERO, List.of());
    }

    /// Generated tokens per second; `0` when nothing was generated.
    public double tokensPerSecond() {
        return eval.isZero() ? 0 : evalTokens * 1e9 / eval.toNanos();
    }
}
