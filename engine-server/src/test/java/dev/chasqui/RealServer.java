package dev.chasqui;

import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.Progress;
import java.net.URI;
import java.util.Map;

/// The engine over the default model with the HTTP surface in front of it, on a free port.
public final class RealServer implements AutoCloseable {

    private final Engine engine;
    private final OllamaServer server;

    private RealServer(Engine engine, OllamaServer server) {
        this.engine = engine;
        this.server = server;
    }

    public static RealServer start() {
        Catalogue.standard().file("smollm2:135m", Progress.NONE); // fetched into the cache's store, where it stays
        EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "200"))
                .withStore(Catalogue.cacheRoot(System.getenv()))
                .withKeepAlive(KeepAlive.FOREVER);
        Engine engine = Engine.open(config);
        return new RealServer(
                engine, OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0))));
    }

    public Engine engine() {
        return engine;
    }

    public String model() {
        return "smollm2:135m";
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.port() + "/");
    }

    @Override
    public void close() {
        server.close();
        engine.close();
    }
}
