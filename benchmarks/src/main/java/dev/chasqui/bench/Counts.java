package dev.chasqui.bench;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Summary;
import java.time.Duration;

/// What a measurement came to, beside its time.
///
/// @param calls        that were made
/// @param promptTokens of all of them, those from a cache included
/// @param cachedTokens of these, where the backend says so
/// @param answerTokens generated
/// @param silent       calls that were answered with no text, which a trading system reads as a vote
/// @param late         calls that were answered after [#PATIENCE]
/// @param refused      calls that were refused with a reason
/// @param left         calls whose caller left
record Counts(
        int calls, int promptTokens, int cachedTokens, int answerTokens, int silent, int late, int refused, int left) {

    /// After so long a trading system counts a call as no vote, whatever comes.
    static final Duration PATIENCE = Duration.ofSeconds(90);

    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);
    static final Counts REFUSED = new Counts(1, 0, 0, 0, 0, 0, 1, 0);
    static final Counts LEFT = new Counts(1, 0, 0, 0, 0, 0, 0, 1);

    static Counts of(Answer answer) {
        return of(answer.summary(), answer.text().isBlank());
    }

    static Counts of(Summary summary, boolean silent) {
        return new Counts(
                1, summary.promptTokens(), summary.cachedTokens(), summary.evalTokens(), silent ? 1 : 0, 0, 0, 0);
    }

    /// The same of a call that took so long.
    Counts after(long nanos) {
        return nanos <= PATIENCE.toNanos() ? this : plus(new Counts(0, 0, 0, 0, 0, 1, 0, 0));
    }

    Counts plus(Counts other) {
        return new Counts(
                calls + other.calls,
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                answerTokens + other.answerTokens,
                silent + other.silent,
                late + other.late,
                refused + other.refused,
                left + other.left);
    }
}
