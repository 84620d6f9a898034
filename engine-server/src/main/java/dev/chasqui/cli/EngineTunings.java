package dev.chasqui.cli;

import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.engine.Tuning;
import dev.chasqui.tune.Effort;
import dev.chasqui.tune.StoredTuning;
import dev.chasqui.tune.TuneProgress;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.Workload;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// An engine's. Each call opens one of its own, which costs nothing until a model is loaded.
record EngineTunings(EngineConfig config) implements Tunings {

    @Override
    public TuneReport measure(
            String model, Workload workload, Effort effort, OptionalInt contextTokens, TuneProgress progress) {
        return with(model, tuning -> tuning.measure(workload, effort, contextTokens, progress));
    }

    @Override
    public Path keep(String model, TuneReport report) {
        return with(model, tuning -> tuning.keep(report));
    }

    @Override
    public Optional<StoredTuning> stored(String model) {
        return with(model, Tuning::stored);
    }

    @Override
    public int elsewhere(String model) {
        return with(model, Tuning::elsewhere);
    }

    @Override
    public int forget(String model) {
        return with(model, Tuning::forget);
    }

    private <T> T with(String model, Function<Tuning, T> action) {
        try (Engine engine = Engine.open(config)) {
            return action.apply(engine.tuning(model));
        }
    }
}
