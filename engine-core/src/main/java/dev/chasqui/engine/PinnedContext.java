package dev.chasqui.engine;

import dev.chasqui.api.Summary;

/// A prompt's beginning that stays in the KV cache, so that every request that begins with it only pays for
/// its own tokens: a market tape, a long instruction. Its model stays in memory meanwhile.
///
/// To append, pin a longer text by the same name: only what is new is computed.
public final class PinnedContext implements AutoCloseable {

    private final String name;
    private final Summary cost;
    private final Runnable release;

    PinnedContext(String name, Summary cost, Runnable release) {
        this.name = name;
        this.cost = cost;
        this.release = release;
    }

    public String name() {
        return name;
    }

    /// Tokens that are pinned.
    public int tokens() {
        return cost.promptTokens();
    }

    /// What pinning cost: how long it took, and how many tokens were in the cache before.
    public Summary cost() {
        return cost;
    }

    /// Lets the tokens go when room is needed. Idempotent; after the name was pinned again, it releases
    /// nothing of that.
    @Override
    public void close() {
        release.run();
    }
}
