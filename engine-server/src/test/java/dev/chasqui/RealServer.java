package dev.chasqui;

import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Progress;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.store.Catalogue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

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
        return over(Catalogue.cacheRoot(System.getenv()));
    }

    /// For tests that change what is in the store.
    public static RealServer overAStoreOfItsOwn(Path folder) throws IOException {
        return over(storeOfItsOwn(folder));
    }

    /// Makes the folder a store with the default model, whose files are linked from the cache's, or copied.
    public static Path storeOfItsOwn(Path store) throws IOException {
        Catalogue.standard().file("smollm2:135m", Progress.NONE);
        Path cache = Catalogue.cacheRoot(System.getenv());
        Path manifest = Path.of("manifests", "registry.ollama.ai", "library", "smollm2", "135m");
        Files.createDirectories(store.resolve(manifest).getParent());
        Files.copy(cache.resolve(manifest), store.resolve(manifest));
        Files.createDirectories(store.resolve("blobs"));
        try (Stream<Path> blobs = Files.list(cache.resolve("blobs"))) {
            for (Path blob : blobs.filter(Files::isRegularFile).toList()) {
                linkOrCopy(blob, store.resolve("blobs").resolve(blob.getFileName()));
            }
        }
        return store;
    }

    private static void linkOrCopy(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (FileSystemException | UnsupportedOperationException e) {
            Files.copy(file, target); // on another file system
        }
    }

    private static RealServer over(Path store) {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "200", "CHASQUI_OFFLINE", "1"))
                .withStore(store)
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
