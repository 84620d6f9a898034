package dev.chasqui.examples;

import dev.chasqui.api.Progress;
import dev.chasqui.store.Catalogue;
import java.nio.file.Path;

/// The default model, so that an example runs anywhere. A program of yours uses the models it has pulled.
final class Store {

    static final String MODEL = "smollm2:135m";

    private Store() {}

    /// The folder that holds it; the first call fetches 98 MB.
    static Path withTheDefaultModel() {
        Catalogue.standard().file(MODEL, Progress.NONE);
        return Catalogue.cacheRoot(System.getenv());
    }
}
