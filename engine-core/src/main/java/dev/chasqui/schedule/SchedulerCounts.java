package dev.chasqui.schedule;

/// What a scheduler counts; guarded by its lock.
final class SchedulerCounts {

    long refused;
    long cancelled;
    long late;
    long ended;
    long displaced;
    long computedTokens;
    long drawnTokens;
    private long promptTokens;
    private long sharedTokens;

    void seated(int prompt, int shared) {
        promptTokens += prompt;
        sharedTokens += shared;
    }

    SchedulerStatistics with(Places places) {
        return new SchedulerStatistics(
                places.running.size(),
                places.queue.size(),
                places.most(),
                places.cache.parkedSequences(),
                places.cache.cells(),
                places.cache.capacity(),
                places.cache.pinnedCells(),
                places.cache.coldSequences(),
                places.cache.coldBytes(),
                promptTokens,
                sharedTokens,
                computedTokens,
                drawnTokens,
                ended,
                cancelled,
                refused,
                late,
                displaced,
                places.cache.evictions(),
                places.speed.promptTokensPerSecond(),
                places.speed.stepsPerSecond());
    }
}
