package dev.chasqui.tune;

import dev.chasqui.llama.LlamaException;

/// Runs a model in different ways.
public interface Probe {

    /// What each sample does.
    Shape shape();

    /// Bytes of KV cache and buffers, at the size in which the engine would make them.
    long memoryBytes(Knobs knobs);

    /// Makes ready to run so, warm.
    ///
    /// @param knobs a value for each knob
    /// @throws LlamaException if the model cannot run so, or there is no memory for it
    Bench open(Knobs knobs);

    /// Whether others used the cores since this was asked last.
    boolean othersWereBusy();

    /// One way, ready to run.
    interface Bench extends AutoCloseable {

        Shape.Sample run();

        @Override
        void close();
    }
}
