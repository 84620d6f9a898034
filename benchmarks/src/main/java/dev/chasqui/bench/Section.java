package dev.chasqui.bench;

/// A part of the comparison: some subjects measured in turns, and what is claimed of them.
interface Section {

    /// As `--only` takes it.
    String name();

    /// Measures and reports.
    ///
    /// @throws IllegalStateException if a side did not do what was asked of it, so that its time would mean nothing
    void measure(Trial trial, Report report);
}
