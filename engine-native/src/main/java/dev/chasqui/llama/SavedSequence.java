package dev.chasqui.llama;

/// A sequence's part of a KV cache, copied into ordinary memory. It fits contexts of the same model and the same
/// types of keys and values. Closing frees it; a second time does nothing.
public interface SavedSequence extends AutoCloseable {

    /// Positions it holds, from 0 on.
    int tokens();

    long bytes();

    @Override
    void close();
}
