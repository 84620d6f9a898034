package dev.chasqui.http;

import dev.chasqui.api.OllamaHost;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A server on a free port over a [ScriptedBackend], and a client for it.
abstract class ServerFixture {

    final ScriptedBackend backend = new ScriptedBackend();
    final HttpClient client = HttpClient.newHttpClient();
    OllamaServer server;

    ServerSettings settings() {
        return ServerSettings.DEFAULT.withListen(OllamaHost.local(0));
    }

    @BeforeEach
    final void startServer() {
        server = OllamaServer.start(backend, settings());
    }

    @AfterEach
    final void stopServer() {
        server.close();
        client.close();
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(to(path).POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(to(path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }
}
