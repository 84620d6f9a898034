package dev.chasqui.schedule;

/// What a scheduler has done since it began, and what it holds now.
///
/// @param running               requests that hold a place
/// @param waiting               requests that wait for one
/// @param places                requests that may hold one at once
/// @param parked                sequences kept for the next prompt that begins with them, pinned ones included
/// @param cells                 tokens in the KV cache
/// @param capacity              tokens it has room for
/// @param pinnedCells           tokens that are pinned
/// @param cold                  sequences in ordinary memory, for the next prompt that begins with them
/// @param coldBytes             what they take there
/// @param promptTokens          tokens of prompts that were seated
/// @param sharedTokens          of these, those that were in the cache already
/// @param computedTokens        tokens of prompts that went through the model
/// @param drawnTokens           tokens of answers
/// @param ended                 answers that came to their end
/// @param cancelled             requests their callers gave up
/// @param refused               requests not taken: queue full, deadline too near, no room
/// @param late                  requests that ran into their deadline
/// @param displaced             times that a running request had to give its place up
/// @param evictions             parked sequences that had to go
/// @param promptTokensPerSecond measured of late; `0` if nothing was
/// @param stepsPerSecond        next tokens of all answers together, measured of late
public record SchedulerStatistics(
        int running,
        int waiting,
        int places,
        int parked,
        int cells,
        int capacity,
        int pinnedCells,
        int cold,
        long coldBytes,
        long promptTokens,
        long sharedTokens,
        long computedTokens,
        long drawnTokens,
        long ended,
        long cancelled,
        long refused,
        long late,
        long displaced,
        long evictions,
        double promptTokensPerSecond,
        double stepsPerSecond) {

    /// The share of prompt tokens that need not be computed, `0` to `1`.
    public double hitRatio() {
        return promptTokens == 0 ? 0 : (double) sharedTokens / promptTokens;
    }
}
