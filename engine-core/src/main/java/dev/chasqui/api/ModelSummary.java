package dev.chasqui.api;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/// A model this backend can run.
///
/// @param name            as stored, with its tag
/// @param digest          SHA-256 of the manifest, 64 hex digits
/// @param sizeBytes       all its files together
/// @param contextLength   tokens of context it was trained on, if its file says so
/// @param embeddingLength numbers that stand for a token, if its file says so
/// @param capabilities    for example `completion`, `tools`
public record ModelSummary(
        String name,
        String digest,
        long sizeBytes,
        Instant modifiedAt,
        ModelTraits traits,
        OptionalInt contextLength,
        OptionalInt embeddingLength,
        List<String> capabilities) {

    public ModelSummary {
        capabilities = List.copyOf(capabilities);
    }
}
