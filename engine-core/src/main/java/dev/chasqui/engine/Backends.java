package dev.chasqui.engine;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendSetting;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.ollama.OllamaBackend;
import java.util.Map;

/// One setting chooses who answers: `CHASQUI_BACKEND` is `embedded` for the engine in this JVM, `ollama` for the
/// server at `OLLAMA_HOST`.
public final class Backends {

    private Backends() {}

    /// As the environment says; `embedded` where it is silent.
    ///
    /// @throws BackendException if the variable holds anything else
    public static Backend fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    public static Backend fromEnvironment(Map<String, String> environment) {
        return switch (BackendSetting.in(environment).orElse(BackendSetting.EMBEDDED)) {
            case EMBEDDED -> Engine.open(EngineConfig.fromEnvironment(environment));
            case OLLAMA ->
                OllamaBackend.connect(OllamaHost.fromEnvironment(environment).uri(), environment);
        };
    }
}
