package dev.chasqui.bench;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Summary;

/// What a measurement came to, beside its time.
///
/// @param calls        that were made
/// @param promptTokens of all of them, those from a cache included
/// @param cachedTokens of these, where the backend says so
/// @param answerTokens generated
/// @param silent       calls that were answered with no text, which a trading system reads as a vote
/// @param refused      calls that were refused with a reason
/// @param left         calls whose caller left
record Counts(int calls, int promptTokens, int cachedTokens, int answerTokens, int silent, int refused, int left) {

    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0);
    static final Counts REFUSED = new Counts(1, 0, 0, 0, 0, 1, 0);
    static final Counts LEFT = new Counts(1, 0, 0, 0, 0, 0, 1);

    static Counts of(Answer answer) {
        return of(answer.summary(), answer.text().isBlank());
    }

    static Counts of(Summary summary, boolean silent) {
        return new Counts(
                1, summary.promptTokens(), summary.cachedTokens(), summary.evalTokens(), silent ? 1 : 0, 0, 0);
    }

    Counts plus(Counts other) {
        return new Counts(
                calls + other.calls,
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                answerTokens + other.answerTokens,
                silent + other.silent,
                refused + other.refused,
                left + other.left);
    }
}
