package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// HTTP as bytes: verbs, half requests, pipelining, limits, addresses, who may call.
class WireTest extends ServerFixture {

    private static final String ASK = "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi\",\"stream\":false}";

    @Override
    ServerSettings settings() {
        return super.settings()
                .withMaxBodyBytes(100_000)
                .withClientPatience(Duration.ofMillis(500))
                .withIdleConnection(Duration.ofMillis(1500));
    }

    @ParameterizedTest
    @CsvSource({"/", "/api/version", "/api/tags", "/health", "/ready"})
    void headSaysHowLongTheBodyWouldBeAndSendsNone(String path) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            String head = raw.send("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .readUntil("\r\n\r\n");
            String next = raw.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("is running");

            assertThat(head.toLowerCase(java.util.Locale.ROOT))
                    .startsWith("http/1.1 200 ok")
                    .contains("content-length: ");
            assertThat(next).startsWith("HTTP/1.1 200 OK");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/nowhere,404,404 page not found",
        "POST,/nowhere,404,404 page not found",
        "GET,/api/chat,405,Allow: POST",
        "POST,/api/tags,405,'Allow: GET, HEAD'",
        "HEAD,/api/ps,405,Allow: GET",
        "POST,/api/delete,405,Allow: DELETE",
        "GET,/api/blobs/sha256:00,405,'Allow: HEAD, POST'",
        "POST,/api/blobs/,404,404 page not found",
        "POST,/api/blobs/a/b,404,404 page not found",
        "GET,/api/pull,405,Allow: POST",
        "GET,/api/tags/?a=b,301,Location: /api/tags?a=b",
        "POST,/api/chat/,307,Location: /api/chat",
        "GET,/api/chat/,404,404 page not found"
    })
    void unknownPathsAndVerbsGetGosReplies(String verb, String path, int status, String expected) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            assertThat(raw.readAll().replace("allow:", "Allow:").replace("location:", "Location:"))
                    .startsWith("HTTP/1.1 " + status)
                    .contains(expected);
        }
    }

    @Test
    void curlsFormTypedJsonIsReadAsJsonHoweverLong() throws Exception {
        String prompt = "a=b&".repeat(20_000);
        try (RawClient raw = new RawClient(server.port())) {
            String json = ASK.replace("Hi", prompt);
            raw.send("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded"
                    + "\r\nContent-Length: " + json.length() + "\r\n\r\n" + json);

            assertThat(raw.readUntil("\"done\":true")).startsWith("HTTP/1.1 200 OK");
            assertThat(backend.generateRequests.take().prompt()).isEqualTo(prompt);
        }
    }

    @Test
    void aChunkedBodyIsReadAndRequestsInOneGoAreAnsweredInOrder() throws Exception {
        String chunked = "POST /api/generate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(10) + "\r\n" + ASK.substring(0, 10) + "\r\n"
                + Integer.toHexString(ASK.length() - 10) + "\r\n" + ASK.substring(10) + "\r\n0\r\n\r\n";
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(chunked + chunked.replace("Hi", "Ho") + "GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(raw.readUntil("\"version\":\"0.1.0\"}")).containsSubsequence("You said: Hi", "You said: Ho");
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToContinue() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                    + ASK.length() + "\r\n\r\n");
            assertThat(raw.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");

            assertThat(raw.send(ASK).readUntil("\"done\":true")).contains("HTTP/1.1 200 OK", "You said: Hi");
        }
    }

    @Test
    void aBodyThatSaysItIsTooLongIsRefusedUnread() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");

            assertThat(raw.readAll())
                    .startsWith("HTTP/1.1 413")
                    .contains("{\"error\":\"the request body is longer than");
        }
    }

    @Test
    void aChunkedBodyIsRefusedWhenItGetsTooLong() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            raw.send("1ffff\r\n" + "x".repeat(0x1ffff));

            assertThat(raw.readUntil("}")).startsWith("HTTP/1.1 413");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'POST /api/generate HTTP/1.1|Host: localhost|Content-Length: 50||{\"model'",
        "'POST /api/generate HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||5|{\"mod|'",
        "'GET /api/version HTTP/1.1|Host: loc'",
        "''"
    })
    void aClientThatStopsMidRequestIsHungUpOn(String half) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(half.replace("|", "\r\n"));

            assertThat(raw.readAll()).doesNotContain("200 OK");
        }
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void localhostIsBothAddressesAtOnePort() throws Exception {
        Assumptions.assumeTrue(NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1")) != null, "no IPv6");

        try (RawClient six = new RawClient("::1", server.port())) {
            assertThat(six.socket.getInetAddress()).isInstanceOf(Inet6Address.class);
            assertThat(six.send("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").readUntil("is running"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aPortInUseIsRefusedWithTheRemedy() {
        ServerSettings same = ServerSettings.DEFAULT.withListen(OllamaHost.local(server.port()));

        assertThatThrownBy(() -> OllamaServer.start(backend, same))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(String.valueOf(server.port()), "address already in use", "OLLAMA_HOST=");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,,200",
        "127.0.0.1:11434,,200",
        "[::1]:11434,,200",
        "my.localhost,,200",
        "nas.local,,200",
        "host.docker.internal:11434,,200",
        "192.168.1.7,,200",
        "0.0.0.0,,200",
        "evil.example,,403",
        "evil.example:11434,,403",
        "8.8.8.8,,403",
        "localhost.evil.example,,403",
        "localhost,http://localhost:3000,200",
        "localhost,http://127.0.0.1,200",
        "localhost,app://x,200",
        "localhost:11434,http://localhost:11434,200",
        "localhost,http://evil.example,403",
        "localhost,null,403",
        "localhost,http://localhost.evil.example,403"
    })
    void onlyNearbyNamesAndFriendlyPagesMayCall(String host, String origin, int status) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET /api/version HTTP/1.1\r\nConnection: close\r\nHost: " + host
                    + (origin == null ? "" : "\r\nOrigin: " + origin) + "\r\n\r\n");
            String reply = raw.readAll();

            assertThat(reply).startsWith("HTTP/1.1 " + status);
            if (status == 403) assertThat(reply).endsWith("\r\n\r\n");
        }
    }

    @Test
    void aBrowsersQuestionIsAnswered() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("OPTIONS /api/chat HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"
                    + "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n");

            assertThat(raw.readAll())
                    .startsWith("HTTP/1.1 204")
                    .containsIgnoringCase("access-control-allow-origin: http://localhost:3000")
                    .containsIgnoringCase("access-control-allow-methods: GET,POST");
        }
    }
}
