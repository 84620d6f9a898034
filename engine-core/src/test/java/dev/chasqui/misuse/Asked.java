package dev.chasqui.misuse;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.engine.Engine;
import java.util.Map;

/// Ordinary questions, for misuses to differ from.
final class Asked {

    static final Settings SHORT = Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 2, "seed", 1)));
    static final Settings ENDLESS =
            Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 1_000_000, "seed", 1)));

    private Asked() {}

    static String model(Engine engine) {
        return engine.models().getFirst().name();
    }

    static GenerateRequest request(Engine engine) {
        return GenerateRequest.of(model(engine), "Hi").withSettings(SHORT);
    }

    static GenerateRequest endless(Engine engine) {
        return GenerateRequest.of(model(engine), "Hi").withSettings(ENDLESS);
    }

    static void answer(Engine engine) {
        engine.generate(request(engine)).answer();
    }

    /// The first pieces only: what follows may be long.
    static void begin(Generation generation) {
        try (generation) {
            int pieces = 0;
            for (var _ : generation) {
                if (++pieces == 2) return;
            }
        }
    }

    /// Whether it fails, with a clear exception.
    static boolean fails(Runnable call) {
        try {
            call.run();
            return false;
        } catch (BackendException | IllegalStateException e) {
            return true;
        }
    }
}
