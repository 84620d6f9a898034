package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.ollama.OllamaBackend;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// One side of a comparison, and what has to be closed with it. This is where backends are made.
///
/// @param server our own server, if it was started for this
record Side(Backend backend, Optional<ServerProcess> server) implements AutoCloseable {

    static final String EMBEDDED = "embedded";
    /// Our own server in another process.
    static final String HTTP = "http";
    /// The server somebody named.
    static final String OLLAMA = "ollama";

    /// Where our own server runs already, if it need not be started.
    static final String HTTP_PROPERTY = "chasqui.bench.http";

    static final String OLLAMA_PROPERTY = "chasqui.bench.ollama";

    /// @param name `embedded`, `http` or `ollama`
    /// @throws IllegalArgumentException if there is no such side, or nobody said where the Ollama server is
    static Side open(String name, BenchModel model) {
        return switch (name) {
            case EMBEDDED ->
                new Side(Engine.open(EngineConfig.fromEnvironment().withStore(model.store())), Optional.empty());
            case HTTP -> address(HTTP_PROPERTY, "").map(Side::at).orElseGet(() -> startServer(model));
            case OLLAMA ->
                at(
                        external()
                                .orElseThrow(
                                        () -> new IllegalArgumentException(
                                                "nobody said where the Ollama server is; name it by --ollama URL or CHASQUI_BENCH_OLLAMA")));
            default -> throw new IllegalArgumentException("backend is " + name + "; expected embedded, http or ollama");
        };
    }

    /// The server somebody named to compare with, else our own.
    static Side openServer(BenchModel model) {
        return open(external().isPresent() ? OLLAMA : HTTP, model);
    }

    /// The server somebody named to compare with.
    static Optional<URI> external() {
        return address(OLLAMA_PROPERTY, "CHASQUI_BENCH_OLLAMA");
    }

    @Override
    public void close() {
        backend.close();
        server.ifPresent(ServerProcess::close);
    }

    private static Optional<URI> address(String property, String variable) {
        String named = System.getProperty(property, "");
        if (named.isBlank() && !variable.isEmpty()) named = System.getenv().getOrDefault(variable, "");
        return named.isBlank() ? Optional.empty() : Optional.of(URI.create(named.strip()));
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
