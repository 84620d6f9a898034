package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.tune.Effort;
import dev.chasqui.tune.StoredTuning;
import dev.chasqui.tune.TuneProgress;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.Workload;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// How models run fastest on this machine, as the `tune` command handles it. Each method throws
/// [BackendException] of kind `NOT_FOUND` if there is no such model.
interface Tunings {

    /// Measures, and remembers nothing.
    ///
    /// @throws BackendException if the model cannot be loaded
    TuneReport measure(
            String model, Workload workload, Effort effort, OptionalInt contextTokens, TuneProgress progress);

    /// @return where it is remembered
    /// @throws BackendException if it cannot be written
    Path keep(String model, TuneReport report);

    /// What is remembered for this machine and version.
    Optional<StoredTuning> stored(String model);

    /// How many measurements of it do not hold here.
    int elsewhere(String model);

    /// @return how many measurements were removed
    /// @throws BackendException if they cannot be
    int forget(String model);
}
