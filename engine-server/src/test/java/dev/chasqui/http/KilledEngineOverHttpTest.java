package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.OllamaHost;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.engine.Isolation;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a client sees when the engine's process is killed under its request.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class KilledEngineOverHttpTest {

    private static final String ENDLESS =
            "{\"model\":\"tiny\",\"prompt\":\"again and again\",\"raw\":true,\"stream\":%s,"
                    + "\"options\":{\"temperature\":0,\"num_predict\":-2,\"num_ctx\":1024}}";
    private static final String SHORT =
            "{\"model\":\"tiny\",\"prompt\":\"a\",\"raw\":true,\"stream\":false," + "\"options\":{\"num_predict\":2}}";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private Engine engine;
    private OllamaServer server;

    @BeforeEach
    void serve() throws IOException {
        Path gguf = folder.resolve("tiny.gguf");
        TinyModel.write(gguf, 7);
        engine = Engine.open(gguf, EngineConfig.fromEnvironment(Map.of()).withIsolation(Isolation.PROCESS));
        server = OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        engine.close();
    }

    @Test
    void aStreamEndsWithAnErrorAWholeReplyIs503AndTheNextRequestIsAnswered() throws Exception {
        try (RawClient stream = new RawClient(server.port())) {
            stream.post("/api/generate", ENDLESS.formatted("true")).readUntil("\"done\":false");
            kill();

            assertThat(stream.readUntil("\"}"))
                    .contains(
                            "{\"error\":\"the engine process ended while it worked at this request: it died of SIGKILL")
                    .doesNotContain("\"done\":true");
        }
        assertThat(answered().body()).contains("\"done\":true");

        CompletableFuture<HttpResponse<String>> whole =
                client.sendAsync(request("/api/generate", ENDLESS.formatted("false")), BodyHandlers.ofString());
        while (running() == 0) Thread.onSpinWait();
        kill();

        assertThat(whole.get().statusCode()).isEqualTo(503);
        assertThat(whole.get().headers().firstValue("Retry-After")).isPresent();
        assertThat(whole.get().body()).startsWith("{\"error\":\"the engine process ended");
        assertThat(answered().statusCode()).isEqualTo(200);
        assertThat(client.send(HttpRequest.newBuilder(uri("/ready")).build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("{\"status\":\"ok\"}");
    }

    /// A request that waits while the process starts; one that came just before its end was noticed is repeated.
    private HttpResponse<String> answered() throws IOException, InterruptedException {
        while (true) {
            HttpResponse<String> reply = client.send(request("/api/generate", SHORT), BodyHandlers.ofString());
            if (reply.statusCode() != 503) return reply;
            Thread.sleep(100);
        }
    }

    private int running() {
        return engine.statistics().models().stream()
                .mapToInt(model -> model.requests().running())
                .sum();
    }

    private HttpRequest request(String path, String json) {
        return HttpRequest.newBuilder(uri(path))
                .POST(BodyPublishers.ofString(json))
                .build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private static void kill() {
        Optional<ProcessHandle> child = ProcessHandle.current()
                .children()
                .filter(each -> each.info().commandLine().orElse("").contains("EngineProcess"))
                .findFirst();
        assertThat(child.orElseThrow().destroyForcibly()).isTrue();
    }
}
