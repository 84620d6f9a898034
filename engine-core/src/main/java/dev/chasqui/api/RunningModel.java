package dev.chasqui.api;

import java.time.Instant;
import java.util.Optional;

/// A model in memory.
///
/// @param sizeBytes     weights, KV cache and buffers
/// @param vramBytes     the part of it on a GPU
/// @param expiresAt     when it leaves if nobody asks it; empty for never
/// @param contextLength tokens its context holds
public record RunningModel(
        String name,
        String digest,
        long sizeBytes,
        long vramBytes,
        ModelTraits traits,
        Optional<Instant> expiresAt,
        int contextLength) {}
