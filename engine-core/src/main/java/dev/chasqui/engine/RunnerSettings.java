package dev.chasqui.engine;

import dev.chasqui.llama.ContextSettings;

/// What a [Runner] is made with.
///
/// @param context size and shape of its context
/// @param threads how many threads compute when all cores are free
record RunnerSettings(ContextSettings context, ThreadPlan threads) {

    /// Whether requests that want the other may be computed with this.
    boolean covers(RunnerSettings wanted) {
        return context.batchTokens() >= wanted.context.batchTokens() && threads.equals(wanted.threads);
    }

    /// Whether requests that want the other are computed with this in the very same chunks.
    boolean chunksLike(RunnerSettings wanted) {
        return context.batchTokens() == wanted.context.batchTokens() && threads.equals(wanted.threads);
    }
}
