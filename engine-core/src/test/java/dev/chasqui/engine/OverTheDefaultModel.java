package dev.chasqui.engine;

import dev.chasqui.api.Progress;
import dev.chasqui.store.Catalogue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// An engine over the real default model, opened once for each class of tests.
abstract class OverTheDefaultModel {

    static Engine engine;
    static String model;

    @BeforeAll
    static void openTheDefaultModel() {
        engine = Engine.open(Catalogue.standard().file("smollm2:135m", Progress.NONE));
        model = engine.models().getFirst().name();
    }

    @AfterAll
    static void closeTheDefaultModel() {
        engine.close();
    }
}
