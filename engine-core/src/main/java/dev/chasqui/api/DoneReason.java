package dev.chasqui.api;

import java.util.Locale;

/// Why an answer ended.
public enum DoneReason {
    /// The model said so, or a stop string came.
    STOP,
    /// `num_predict` or the context was reached.
    LENGTH,
    /// Nothing was asked; the model is in memory now.
    LOAD,
    /// Nothing was asked; the model is out of memory now.
    UNLOAD;

    /// As it is written on the wire: `stop`, `length`, `load`, `unload`.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
