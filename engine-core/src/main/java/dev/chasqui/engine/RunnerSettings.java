package dev.chasqui.engine;

import dev.chasqui.llama.ContextSettings;

/// What a [Runner] is made with.
///
/// @param context      size and shape of its context
/// @param threadsFixed whether somebody set the number of threads; if nobody did, it follows what the
///                     cores give
record RunnerSettings(ContextSettings context, boolean threadsFixed) {

    /// Whether requests that want the other may be computed with this.
    boolean covers(RunnerSettings wanted) {
        return context.batchTokens() >= wanted.context.batchTokens() && sameThreads(wanted);
    }

    /// Whether requests that want the other are computed with this in the very same chunks.
    boolean chunksLike(RunnerSettings wanted) {
        return context.batchTokens() == wanted.context.batchTokens() && sameThreads(wanted);
    }

    private boolean sameThreads(RunnerSettings wanted) {
        return threadsFixed == wanted.threadsFixed && context.threads() == wanted.context.threads();
    }
}
