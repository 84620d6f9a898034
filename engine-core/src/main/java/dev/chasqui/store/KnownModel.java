package dev.chasqui.store;

import dev.chasqui.api.ModelName;

/// A model to begin with: one that can be had by its name, and what is known about it before that.
///
/// @param title       what it is, for people
/// @param sizeBytes   of its files; what a registry holds under a name changes, so for `byHash == false` about
/// @param memoryBytes about what it takes to run with a context of 4,096 tokens: weights, KV cache and buffers
/// @param license     in a word or two
/// @param goodFor     in a sentence
/// @param byHash      whether its files come by their hash; else from the registry, by name
public record KnownModel(
        ModelName name,
        String title,
        long sizeBytes,
        long memoryBytes,
        String license,
        String goodFor,
        boolean byHash) {}
