package dev.chasqui.schedule;

import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenConstraint;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// What one request wants of the model.
///
/// @param prompt        its tokens, at least one and fewer than `contextTokens`
/// @param sampling      how its tokens are drawn
/// @param maxTokens     the answer's most tokens, `>= 0`; with `0` the prompt is computed and that is all
/// @param contextTokens tokens of prompt and answer together it may hold in the KV cache
/// @param keep          tokens at the front that survive a context shift; negative keeps the prompt
/// @param shift         whether a full context drops its older half instead of ending the answer
/// @param urgency       who goes first, and when it is too late
/// @param pin           keeps what was computed, by this name, until the name is released or used again
/// @param draft         most tokens guessed from the text so far and checked in one batch, `0` to `16`
/// @param scored        of the prompt, the last tokens after each of which the sink is given the model's logits,
///                      `0` to `32`
/// @param constraint    what its tokens must be; such a request is not guessed for. It belongs to this one request
public record Job(
        int[] prompt,
        Sampling sampling,
        int maxTokens,
        int contextTokens,
        int keep,
        boolean shift,
        Urgency urgency,
        Optional<String> pin,
        int draft,
        int scored,
        Optional<TokenConstraint> constraint) {

    public static final int MOST_DRAFT = 16;
    public static final int MOST_SCORED = 32;

    public Job {
        Objects.requireNonNull(sampling, "sampling");
        if (prompt.length == 0) throw new IllegalArgumentException("prompt is empty; expected at least one token");
        if (prompt.length >= contextTokens) {
            throw new IllegalArgumentException("prompt is " + prompt.length + " tokens; this context holds "
                    + contextTokens + ", one of them for the answer. Shorten it or raise num_ctx");
        }
        if (maxTokens < 0) throw new IllegalArgumentException("maxTokens is " + maxTokens + "; expected >= 0");
        if (draft < 0 || draft > MOST_DRAFT) {
            throw new IllegalArgumentException("draft is " + draft + "; expected 0 to " + MOST_DRAFT);
        }
        if (scored < 0 || scored > Math.min(MOST_SCORED, prompt.length)) {
            throw new IllegalArgumentException(
                    "scored is " + scored + "; expected 0 to " + Math.min(MOST_SCORED, prompt.length));
        }
    }

    /// An ordinary request.
    public static Job of(int[] prompt, Sampling sampling, int maxTokens, int contextTokens) {
        return new Job(
                prompt,
                sampling,
                maxTokens,
                contextTokens,
                4,
                true,
                Urgency.NONE,
                Optional.empty(),
                0,
                0,
                Optional.empty());
    }

    public Job withShift(boolean shift, int keep) {
        return with(parts -> {
            parts.shift = shift;
            parts.keep = keep;
        });
    }

    public Job withUrgency(Urgency urgency) {
        return with(parts -> parts.urgency = urgency);
    }

    public Job withPin(String name) {
        return with(parts -> parts.pin = Optional.of(name));
    }

    public Job withDraft(int tokens) {
        return with(parts -> parts.draft = tokens);
    }

    public Job withScored(int tokens) {
        return with(parts -> parts.scored = tokens);
    }

    public Job withConstraint(TokenConstraint constraint) {
        return with(parts -> parts.constraint = Optional.of(constraint));
    }

    private Job with(Consumer<Parts> change) {
        Parts parts = new Parts();
        change.accept(parts);
        return parts.joined();
    }

    /// The components that there are methods to change.
    private final class Parts {
        private int keep = Job.this.keep;
        private boolean shift = Job.this.shift;
        private Urgency urgency = Job.this.urgency;
        private Optional<String> pin = Job.this.pin;
        private int draft = Job.this.draft;
        private int scored = Job.this.scored;
        private Optional<TokenConstraint> constraint = Job.this.constraint;

        private Job joined() {
            return new Job(
                    prompt, sampling, maxTokens, contextTokens, keep, shift, urgency, pin, draft, scored, constraint);
        }
    }
}
