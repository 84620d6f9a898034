package dev.chasqui.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a store is read.
///
/// @param goTemplates whether a model's `TEMPLATE` writes its prompts even if its weights' own could do more, as
///                    `OLLAMA_GO_TEMPLATE` says
/// @param trust       how long a file that nobody touched counts as whole after it was read and found so, across
///                    restarts; zero has it read again by each process
/// @param cache       where that is remembered of a store that belongs to somebody else; empty forgets it
public record StoreSettings(boolean goTemplates, Duration trust, Optional<Path> cache) {

    public static final StoreSettings DEFAULT = new StoreSettings(false, Duration.ofDays(1), Optional.empty());

    public StoreSettings {
        if (trust.isNegative()) throw new IllegalArgumentException("trust is " + trust + "; expected >= 0");
    }
}
