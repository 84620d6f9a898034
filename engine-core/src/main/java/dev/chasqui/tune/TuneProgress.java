package dev.chasqui.tune;

/// Hears how far a measurement is.
@FunctionalInterface
public interface TuneProgress {

    TuneProgress NONE = (what, done, total) -> {};

    /// @param what  is measured now
    /// @param done  samples taken, or known not to be needed
    /// @param total samples in all
    void at(String what, int done, int total);
}
