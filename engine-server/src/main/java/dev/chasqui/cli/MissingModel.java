package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ModelLibrary;
import java.util.Optional;
import java.util.function.Supplier;

/// Pulls a model when it turns out that it is not here.
final class MissingModel {

    private MissingModel() {}

    /// Tries; when the model is missing, pulls it and tries again.
    ///
    /// Looking only afterwards keeps the usual case quick: nothing is checked twice.
    ///
    /// @throws BackendException as the attempt does; where the model cannot be pulled either, the message says how
    ///                          to get one
    static <T> T pulled(String model, Backend backend, boolean insecure, Screen screen, Supplier<T> attempt) {
        try {
            return attempt.get();
        } catch (BackendException missing) {
            Optional<ModelLibrary> library = backend.library();
            if (missing.kind() != Kind.NOT_FOUND || library.isEmpty()) throw missing;
            pull(model, library.get(), insecure, screen, missing);
        }
        return attempt.get();
    }

    private static void pull(
            String model, ModelLibrary library, boolean insecure, Screen screen, BackendException missing) {
        try (Bars bars = Bars.on(screen)) {
            library.pull(model, insecure, bars);
        } catch (BackendException e) {
            if (e.kind() == Kind.CANCELLED) throw e;
            String why = String.valueOf(e.getMessage());
            String both = why.equals(missing.getMessage()) ? why : missing.getMessage() + ": " + why;
            throw new BackendException(
                    e.kind(),
                    both + "; `chasqui list` shows what there is here, `chasqui models` what is known, `chasqui create "
                            + model + " -f Modelfile` makes one from a GGUF file",
                    e);
        }
    }
}
