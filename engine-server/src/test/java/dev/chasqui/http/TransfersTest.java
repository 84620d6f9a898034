package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.chasqui.registry.PartPlan;
import dev.chasqui.registry.RegistrySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `/api/pull` and `/api/push` against a small registry that can be held in the middle of a file.
@Timeout(60)
class TransfersTest {

    private static final byte[] CONFIG = "{\"model_format\":\"gguf\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final byte[] weights = new byte[300_000];
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private volatile CountDownLatch halfWay = new CountDownLatch(0);
    private HttpServer registry;
    private TinyServer server;

    @BeforeEach
    void start() throws Exception {
        new Random(4).nextBytes(weights);
        files.put("/v2/me/x/blobs/" + digest(weights), weights);
        files.put("/v2/me/x/blobs/" + digest(CONFIG), CONFIG);
        files.put(
                "/v2/me/x/manifests/latest",
                ("{\"config\":{\"digest\":\"" + digest(CONFIG) + "\",\"size\":" + CONFIG.length
                                + "},\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\""
                                + digest(weights) + "\",\"size\":" + weights.length + "}]}")
                        .getBytes(StandardCharsets.UTF_8));
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", this::answer);
        registry.setExecutor(Executors.newCachedThreadPool());
        registry.start();
        RegistrySettings settings = RegistrySettings.fromEnvironment(Map.of(
                        "CHASQUI_REGISTRY",
                        "http://127.0.0.1:" + registry.getAddress().getPort()))
                .withIdentity(folder.resolve("id_ed25519"), folder.resolve("config.json"))
                .withPlan(new PartPlan(1, 1_000_000, 1_000_000, Duration.ZERO));
        server = new TinyServer(folder, ServerSettings.DEFAULT, settings);
    }

    @AfterEach
    void stop() {
        halfWay.countDown();
        server.close();
        registry.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] file = files.get(exchange.getRequestURI().getPath());
            if (file == null || !exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(file == null ? 404 : 405, -1);
                return;
            }
            String range = exchange.getRequestHeaders().getFirst("Range");
            int first = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
            if (range != null) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + first + "-" + (file.length - 1) + "/" + file.length);
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, file.length - first);
            int half = first + (file.length - first) / 2;
            exchange.getResponseBody().write(file, first, half - first);
            exchange.getResponseBody().flush();
            if (file == weights) halfWay.await();
            exchange.getResponseBody().write(file, half, file.length - half);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPullTellsHowItGetsOnAndTheModelIsListed() throws Exception {
        HttpResponse<String> reply = server.post("/api/pull", "{\"name\":\"me/x\"}");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        List<String> lines = reply.body().lines().toList();
        String whole = "{\"status\":\"pulling %s\",\"digest\":\"%s\",\"total\":%d,\"completed\":%3$d}";
        assertThat(lines.getFirst()).isEqualTo("{\"status\":\"pulling manifest\"}");
        for (byte[] file : List.of(weights, CONFIG)) {
            assertThat(lines).contains(whole.formatted(digest(file).substring(7, 19), digest(file), file.length));
        }
        assertThat(lines.subList(lines.size() - 3, lines.size()))
                .containsExactly(
                        "{\"status\":\"verifying sha256 digest\"}",
                        "{\"status\":\"writing manifest\"}",
                        "{\"status\":\"success\"}");
        OpenApi document = new OpenApi();
        document.checkReply("POST", "/api/pull", reply);
        assertThat(server.send("GET", "/api/tags", BodyPublishers.noBody()).body())
                .contains("\"me/x:latest\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/pull | me/nothing                    | pull model manifest: file does not exist",
                "/api/pull | http://127.0.0.1:1/me/x       | insecure protocol http",
                "/api/push | me/nothing                    | model 'me/nothing:latest' not found"
            })
    void whatCannotBeHadIsTheLastLineOrAStatus(String path, String model, String error) throws Exception {
        HttpResponse<String> streamed = server.post(path, "{\"model\":\"" + model + "\"}");
        HttpResponse<String> whole = server.post(path, "{\"model\":\"" + model + "\",\"stream\":false}");

        assertThat(streamed.statusCode()).isEqualTo(200);
        assertThat(streamed.body().lines().toList()).hasSize(2).endsWith("{\"error\":\"" + error + "\"}");
        assertThat(whole.statusCode()).isIn(400, 500);
        assertThat(whole.body()).isEqualTo("{\"error\":\"" + error + "\"}");
    }

    @Test
    void aPullThatIsNotStreamedAnswersOnce() throws Exception {
        HttpResponse<String> reply = server.post("/api/pull", "{\"model\":\"me/x\",\"stream\":false}");

        assertThat(reply.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        assertThat(reply.body()).isEqualTo("{\"status\":\"success\"}");
    }

    @Test
    void aClientThatLeavesEndsThePullAndWhatCameStays() throws Exception {
        halfWay = new CountDownLatch(1);
        try (RawClient client = new RawClient(server.port())) {
            client.post("/api/pull", "{\"model\":\"me/x\"}");
            client.readUntil("\"completed\":");
        }

        Path note =
                folder.resolve("models/blobs/.chasqui-pulls/" + digest(weights).replace(':', '-') + ".parts");
        while (threads("chasqui-pull-").findAny().isPresent()) Thread.onSpinWait();
        for (Thread part : threads("chasqui-part-").toList())
            assertThat(part.join(Duration.ofSeconds(5))).isTrue();
        assertThat(note).content().contains("\"Completed\":").doesNotContain("\"Completed\":0");
        halfWay.countDown();
        assertThat(server.post("/api/pull", "{\"model\":\"me/x\"}").body()).endsWith("{\"status\":\"success\"}\n");
        assertThat(Files.readAllBytes(
                        folder.resolve("models/blobs/" + digest(weights).replace(':', '-'))))
                .isEqualTo(weights);
    }

    @Test
    void aClientThatLeavesDoesNotEndThePullOfAnother() throws Exception {
        halfWay = new CountDownLatch(1);
        try (RawClient stays = new RawClient(server.port())) {
            try (RawClient leaves = new RawClient(server.port())) {
                leaves.post("/api/pull", "{\"model\":\"me/x\"}");
                leaves.readUntil("\"completed\":");
                stays.post("/api/pull", "{\"model\":\"me/x\"}");
                stays.readUntil("\"completed\":");
            }
            halfWay.countDown();

            assertThat(stays.readUntil("success")).doesNotContain("error");
        }
    }

    private static Stream<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(name));
    }

    private static String digest(byte[] bytes) throws Exception {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
