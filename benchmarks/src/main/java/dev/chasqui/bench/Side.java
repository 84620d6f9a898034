package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.ollama.OllamaBackend;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// One side of a comparison, and what has to be closed with it.
///
/// @param server our own server, if it was started for this
record Side(Backend backend, Optional<ServerProcess> server) implements AutoCloseable {

    /// @param name `embedded` or `ollama`
    static Side open(String name, BenchModel model) {
        return switch (name) {
            case "embedded" ->
                new Side(Engine.open(EngineConfig.fromEnvironment().withStore(model.store())), Optional.empty());
            case "ollama" -> external().map(Side::at).orElseGet(() -> startServer(model));
            default -> throw new IllegalArgumentException("backend is " + name + "; expected embedded or ollama");
        };
    }

    /// The server somebody named to compare with.
    static Optional<URI> external() {
        String property = System.getProperty("chasqui.bench.ollama", "");
        String named = property.isBlank() ? System.getenv().getOrDefault("CHASQUI_BENCH_OLLAMA", "") : property;
        return named.isBlank() ? Optional.empty() : Optional.of(URI.create(named.strip()));
    }

    @Override
    public void close() {
        backend.close();
        server.ifPresent(ServerProcess::close);
    }

    private static Side at(URI uri) {
        return new Side(OllamaBackend.connect(uri), Optional.empty());
    }

    private static Side startServer(BenchModel model) {
        ServerProcess server =
                ServerProcess.start(Map.of("OLLAMA_MODELS", model.store().toString()));
        return new Side(OllamaBackend.connect(server.uri()), Optional.of(server));
    }
}
