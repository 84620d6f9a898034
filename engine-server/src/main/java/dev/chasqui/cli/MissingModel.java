package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import java.util.function.Supplier;

/// Fetches a model of the catalogue when it turns out that it is not here.
final class MissingModel {

    private MissingModel() {}

    /// Tries; when the model is missing and the catalogue has it, fetches it and tries again.
    ///
    /// Looking only afterwards keeps the usual case quick: nothing is checked twice.
    ///
    /// @throws BackendException as the attempt does; a missing model's message says how to get it
    static <T> T fetched(String model, LocalModels models, Screen screen, Supplier<T> attempt) {
        try {
            return attempt.get();
        } catch (BackendException missing) {
            if (missing.kind() != BackendException.Kind.NOT_FOUND) throw missing;
            if (!models.canPull(model)) {
                throw new BackendException(
                        missing.kind(),
                        missing.getMessage() + "; `chasqui list` shows what there is, `chasqui create " + model
                                + " -f Modelfile` makes one from a GGUF file",
                        missing);
            }
        }
        try (Bars bars = new Bars(screen)) {
            models.pull(model, bars);
        }
        return attempt.get();
    }
}
