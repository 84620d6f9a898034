package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What HTTP allows and few clients do, and what is too much of something.
@Timeout(60)
class EdgesTest extends ServerFixture {

    private static final String ASK = "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi\"}";

    @Test
    void aRequestLineThatIsTooLongIs414() throws Exception {
        assertThat(answer("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 414")
                .contains("{\"error\":\"the request line is longer than 16384 bytes\"}");
    }

    @Test
    void headersThatAreTooLongOrTooManyAre431() throws Exception {
        assertThat(answer("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(answer("GET / HTTP/1.1\r\nHost: localhost\r\n" + "a:b\r\n".repeat(10_000) + "\r\n"))
                .startsWith("HTTP/1.1 431")
                .contains("more than 200 headers");
    }

    @Test
    void deepJsonIs400AndTakesNoStack() throws Exception {
        for (String deep : new String[] {"[".repeat(100_000), "{\"a\":".repeat(100_000)}) {
            String body = "{\"model\":\"smollm2:135m\",\"prompt\":\"x\",\"format\":" + deep;
            assertThat(post("/api/generate", body).statusCode()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "x"})
    void aPackedBodyIs415(String encoding) throws Exception {
        var reply =
                send(to("/api/generate").header("Content-Encoding", encoding).POST(BodyPublishers.ofString(ASK)));

        assertThat(reply.statusCode()).isEqualTo(415);
        assertThat(reply.body()).startsWith("{\"error\":\"Content-Encoding is \\\"" + encoding);
        assertThat(backend.generateRequests).isEmpty();
    }

    @Test
    void identityIsNoPacking() throws Exception {
        var request = to("/api/generate").header("Content-Encoding", "identity");

        assertThat(send(request.POST(BodyPublishers.ofString(ASK))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void oldHttpGetsAnAnswerThatEndsWithTheConnection() throws Exception {
        assertThat(answer("GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.").contains(" 200 ", "Ollama is running");
        String streamed = answer("POST /api/generate HTTP/1.0\r\nContent-Length: " + ASK.length() + "\r\n\r\n" + ASK);
        assertThat(streamed).contains(" 200 ", "\"done\":true").doesNotContainIgnoringCase("transfer-encoding");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost/api/version,localhost,200",
        "http://127.0.0.1:11434/api/version,localhost,200",
        "http://evil.example/api/version,localhost,403",
        "http://localhost@evil.example/api/version,localhost,403",
        "http://localhost/api/version,evil.example,403",
        "evil.example:443,localhost,403",
        "*,localhost,404"
    })
    void aTargetWithAHostIsJudgedByIt(String target, String host, int status) throws Exception {
        assertThat(answer("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/%2e%2e/api/version,404",
        "GET,/api/%2e%2e/api/version,404",
        "GET,/api%2fversion,404",
        "GET,//api/version,404",
        "GET,/api//version,404",
        "GET,/api/version;x=y,404",
        "GET,/api/version%00,404",
        "GET,/api/./version,404",
        "GET,/API/VERSION,404",
        "GET,/debug/pprof,404",
        "GET,/.env,404",
        "TRACE,/,405",
        "CONNECT,localhost:443,404",
        "CONNECT,evil.example:443,403",
        "PATCH,/api/tags,405",
        "FOO,/api/tags,405",
        "get,/api/tags,405",
        "OPTIONS,/api/tags,405"
    })
    void aPathOrVerbThatIsNearlyOneIsNone(String verb, String path, int status) throws Exception {
        assertThat(answer(verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void upgradesAreNotSpokenAndTheRequestIsAnswered() throws Exception {
        for (String protocol : new String[] {"websocket", "h2c"}) {
            try (RawClient raw = new RawClient(server.port())) {
                raw.send("GET /api/version HTTP/1.1\r\nHost: localhost\r\nUpgrade: " + protocol
                        + "\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

                assertThat(raw.readUntil("}")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void aClientThatResetsAmidItsBodyLeavesNothing() throws Exception {
        for (int i = 0; i < 50; i++) {
            RawClient raw = new RawClient(server.port());
            raw.send("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{\"model\"");
            raw.socket.setSoLinger(true, 0);
            raw.close();
        }
        assertThat(post("/api/generate", ASK).statusCode()).isEqualTo(200);
        assertThat(backend.generateRequests).hasSize(1);
    }

    @Test
    void twentyRequestsSentAheadAreAnsweredInOrder() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                String json = ASK.replace("Hi", "No. " + i + ".").replace("}", ",\"stream\":false}");
                all.append("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: ")
                        .append(json.length())
                        .append("\r\n\r\n")
                        .append(json);
            }
            raw.send(all.toString());

            for (int i = 0; i < 20; i++) {
                assertThat(raw.readUntil("\"done\":true")).contains("You said: No. " + i + ".");
            }
        }
    }

    private String answer(String request) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            try {
                raw.send(request);
            } catch (java.net.SocketException e) {
                // refused before it was all sent; the reply is there all the same
            }
            return raw.readAll();
        }
    }
}
