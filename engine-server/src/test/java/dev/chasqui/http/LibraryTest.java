package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `/api/copy`, `/api/delete` and `/api/blobs/:digest` over a real store.
@Timeout(60)
class LibraryTest {

    private static final String UNKNOWN = "sha256:" + "0".repeat(64);

    @TempDir
    Path folder;

    private TinyServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TinyServer(
                folder,
                ServerSettings.DEFAULT
                        .withMaxBodyBytes(100_000)
                        .withClientPatience(Duration.ofMillis(500))
                        .withIdleConnection(Duration.ofMillis(1500)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aCopyIsListedAndAnswersAndTheLastDeletedNameTakesTheFiles() throws Exception {
        HttpResponse<String> copied =
                server.post("/api/copy", "{\"source\":\"TINY:1M\",\"destination\":\"me/second\"}");

        assertThat(copied.statusCode()).as(copied.body()).isEqualTo(200);
        assertThat(copied.body()).isEmpty();
        assertThat(tags()).contains("\"tiny:1m\"", "\"me/second:latest\"");
        assertThat(delete("{\"model\":\"tiny:1m\"}").statusCode()).isEqualTo(200);
        assertThat(server.post("/api/generate", "{\"model\":\"me/second\",\"prompt\":\"Hi\",\"stream\":false}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(delete("{\"name\":\"me/second:latest\"}").statusCode()).isEqualTo(200);
        assertThat(tags()).isEqualTo("{\"models\":[]}");
        assertThat(blobs()).isEmpty();
        assertThat(server.post("/api/show", "{\"model\":\"tiny:1m\"}").statusCode())
                .isEqualTo(404);
    }

    @Test
    void aModelThatIsDeletedWhileItAnswersFinishesItsAnswer() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.post(
                    "/api/generate",
                    "{\"model\":\"tiny:1m\",\"prompt\":\"Hi\",\"raw\":true,\"options\":{\"num_predict\":300}}");
            raw.readUntil("\"done\":false");

            assertThat(delete("{\"model\":\"tiny:1m\"}").statusCode()).isEqualTo(200);

            assertThat(raw.readUntil("\"done\":true")).doesNotContain("error");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /api/copy   | {'source':'nobody','destination':'x'} | 404 | model \"nobody\" not found",
                "DELETE | /api/delete | {'model':'nobody'}                    | 404 | model 'nobody' not found",
                "DELETE | /api/delete | {'model':'a b'}                       | 400 | name \"a b\" is invalid",
                "DELETE | /api/delete | {}                                    | 400 | model is required",
                "DELETE | /api/delete | ''                                    | 400 | missing request body"
            })
    void whatCannotBeDoneIsSaidInOllamasWords(String verb, String path, String json, int status, String error)
            throws Exception {
        HttpResponse<String> reply = server.send(verb, path, BodyPublishers.ofString(json.replace('\'', '"')));

        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                .isEqualTo(error);
    }

    @Test
    void aFileOfAnyLengthIsUploadedOnceAndFound() throws Exception {
        byte[] bytes = new byte[5_000_000]; // fifty times what another request's body may have
        new Random(1).nextBytes(bytes);
        String path = "/api/blobs/" + digest(bytes);
        assertThat(send("HEAD", path, new byte[0]).statusCode()).isEqualTo(404);

        assertThat(send("POST", path, bytes).statusCode()).isEqualTo(201);

        assertThat(send("HEAD", path, new byte[0]).statusCode()).isEqualTo(200);
        assertThat(send("HEAD", path.replace(":", "%3A"), new byte[0]).statusCode())
                .isEqualTo(200);
        assertThat(send("HEAD", path.replace("sha256:", "sha256-"), new byte[0]).statusCode())
                .isEqualTo(200);
        assertThat(send("POST", path, bytes).statusCode()).isEqualTo(200);
        assertThat(server.store.root().resolve("blobs").resolve(digest(bytes).replace(':', '-')))
                .hasBinaryContent(bytes);
    }

    @Test
    void twoWhoUploadTheSameFileAtOnceDoNotMeet() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(2).nextBytes(bytes);
        String path = "/api/blobs/" + digest(bytes);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> statuses = threads.invokeAll(
                    Collections.nCopies(2, () -> send("POST", path, bytes).statusCode()));

            for (Future<Integer> status : statuses) assertThat(status.get()).isIn(200, 201);
        }
        assertThat(server.store.root().resolve("blobs").resolve(digest(bytes).replace(':', '-')))
                .hasBinaryContent(bytes);
        assertThat(blobs()).noneMatch(file -> file.toString().endsWith(".tmp"));
    }

    @Test
    void aFileWithAnotherDigestIsRefusedAndNotKept() throws Exception {
        int before = blobs().size();

        HttpResponse<String> reply = send("POST", "/api/blobs/" + UNKNOWN, "hello".getBytes());

        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                .isEqualTo("digest mismatch, expected \"" + UNKNOWN + "\", got \"" + digest("hello".getBytes()) + "\"");
        assertThat(blobs()).hasSize(before);
    }

    @ParameterizedTest
    @CsvSource({"sha256:00", "sha256:../../../../etc/passwd", "md5:00", "%2e%2e%2fpasswd", "sha256:%zz"})
    void aMalformedDigestIsRefusedUnread(String digest) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            String reply = raw.send("POST /api/blobs/" + digest + " HTTP/1.1\r\nHost: localhost\r\n"
                            + "Expect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n")
                    .readAll();

            if (digest.contains("/")) assertThat(reply).startsWith("HTTP/1.1 404");
            else assertThat(reply).startsWith("HTTP/1.1 400").contains("{\"error\":\"invalid digest format\"}");
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToContinueOnlyWhenItsFileIsWanted() throws Exception {
        String path = "/api/blobs/" + digest("hello".getBytes());
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Length: 5\r\n\r\n";
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(head).readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100");
            assertThat(raw.send("hello").readUntil("\r\n\r\n")).startsWith("HTTP/1.1 201");
        }
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(head).readAll()).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void aFileThatIsThereAlreadyIsSkippedAndTheConnectionGoesOn() throws Exception {
        send("POST", "/api/blobs/" + digest("hello".getBytes()), "hello".getBytes());
        String again = "POST /api/blobs/" + digest("hello".getBytes()) + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: 5\r\n\r\nhello";
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(again).readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(raw.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("is running"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void anUploadThatStopsHalfWayLeavesNothing() throws Exception {
        int before = blobs().size();
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /api/blobs/" + UNKNOWN + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");

            assertThat(raw.readAll()).startsWith("HTTP/1.1 408"); // it waits 500 ms, and hangs up
        }
        awaitBlobs(before);
    }

    @Test
    void aClientThatLeavesAmidItsUploadLeavesNothing() throws Exception {
        int before = blobs().size();
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /api/blobs/" + UNKNOWN + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
            while (blobs().size() == before) Thread.sleep(10); // it is being written
        }

        awaitBlobs(before);
    }

    /// The server notices a moment later; a failure says what is left.
    private void awaitBlobs(int count) throws Exception {
        for (int i = 0; blobs().size() != count && i < 100; i++) Thread.sleep(50);
        assertThat(blobs()).hasSize(count);
    }

    private HttpResponse<String> delete(String json) throws Exception {
        return server.send("DELETE", "/api/delete", BodyPublishers.ofString(json));
    }

    private HttpResponse<String> send(String verb, String path, byte[] body) throws Exception {
        return server.send(verb, path, BodyPublishers.ofByteArray(body));
    }

    private String tags() throws Exception {
        return server.send("GET", "/api/tags", BodyPublishers.noBody()).body();
    }

    /// Every file below the blobs' folder, those of unfinished uploads included.
    private List<Path> blobs() throws IOException {
        try (Stream<Path> files = Files.walk(server.store.root().resolve("blobs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String digest(byte[] bytes) throws Exception {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
