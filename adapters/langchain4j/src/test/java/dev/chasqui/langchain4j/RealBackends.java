package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Progress;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.ollama.OllamaBackend;
import dev.chasqui.store.Catalogue;
import java.net.URI;
import java.util.Map;

/// The engine over the default model, and the same over HTTP.
final class RealBackends implements AutoCloseable {

    static final String MODEL = "smollm2:135m";

    final Engine engine;
    final OllamaBackend http;
    private final OllamaServer server;

    RealBackends() {
        Catalogue.standard().file(MODEL, Progress.NONE);
        engine = Engine.open(EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "60"))
                .withStore(Catalogue.cacheRoot(System.getenv())));
        server = OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
        http = OllamaBackend.connect(URI.create("http://127.0.0.1:" + server.port()));
    }

    Backend[] both() {
        return new Backend[] {engine, http};
    }

    @Override
    public void close() {
        http.close();
        server.close();
        engine.close();
    }
}
