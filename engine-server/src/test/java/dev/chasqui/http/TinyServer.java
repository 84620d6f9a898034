package dev.chasqui.http;

import dev.chasqui.api.ModelName;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Progress;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.registry.RegistrySettings;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// The real engine behind the real server on a free port, over a store whose only model is a tiny one with random
/// weights, and a client for it.
final class TinyServer implements AutoCloseable {

    static final String MODEL = "tiny:1m";

    final ModelStore store;
    private final Engine engine;
    private final OllamaServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    /// @param folder empty; the store goes below it. Nothing is fetched from outside
    TinyServer(Path folder, ServerSettings settings) throws IOException {
        this(folder, settings, RegistrySettings.fromEnvironment(Map.of("CHASQUI_OFFLINE", "1")));
    }

    /// @param registries where models come from
    TinyServer(Path folder, ServerSettings settings, RegistrySettings registries) throws IOException {
        store = ModelStore.at(folder.resolve("models"));
        TinyModel.seeded(7).withContextTokens(512).write(folder.resolve("tiny.gguf"));
        Modelfile modelfile = Modelfile.parse("""
                FROM tiny.gguf
                SYSTEM Be short.
                PARAMETER temperature 0
                PARAMETER stop "<|im_end|>"
                LICENSE Apache-2.0
                MESSAGE user Hi
                MESSAGE assistant Hello
                """);
        store.create(ModelName.parse(MODEL), modelfile, folder, Progress.NONE);
        engine = Engine.open(EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "8"))
                .withStore(store.root())
                .withRegistries(registries));
        server = OllamaServer.start(engine, settings.withListen(OllamaHost.local(0)));
    }

    int port() {
        return server.port();
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send("POST", path, BodyPublishers.ofString(json));
    }

    HttpResponse<String> send(String verb, String path, BodyPublisher body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .method(verb, body)
                .timeout(Duration.ofSeconds(60))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.close();
        server.close();
        engine.close();
    }
}
