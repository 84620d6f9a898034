package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests in which another one is hidden: each is refused, the connection ends, and neither is served. The ways to
/// hide one are in [RequestGateTest]; here the whole server reads them.
@Timeout(60)
class SmugglingTest extends ServerFixture {

    private static final String ASK = "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi\",\"stream\":false}";
    private static final String HIDDEN =
            "POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + ASK.length() + "\r\n\r\n" + ASK;

    static Stream<String> hidings() {
        String post = "POST /api/chat HTTP/1.1\r\nHost: localhost\r\n";
        String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                post + "Content-Length: 0\r\nContent-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN,
                post + "Content-Length: 0, " + HIDDEN.length() + "\r\n\r\n" + HIDDEN,
                post + "Content-Length: " + (HIDDEN.length() + 5) + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                        + HIDDEN,
                post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN,
                post + "Transfer-Encoding: xchunked\r\n\r\n" + HIDDEN,
                post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
                post + "Content-Length : 0\r\n\r\n" + HIDDEN,
                post + "X: y\r\n Content-Length: 9\r\n\r\n" + HIDDEN,
                post + "X: y\nContent-Length: 0\r\n\r\n" + HIDDEN,
                post + "X: y\n\n" + HIDDEN,
                post + "X: y\rContent-Length: 0\r\n\r\n" + HIDDEN,
                post + "Sec-WebSocket-Key1: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n12345678" + HIDDEN,
                chunked + "100000000\r\n" + HIDDEN,
                chunked + "2;\nxx\r\n{}\r\n0\r\n\r\n" + HIDDEN,
                chunked + "2\n{}\r\n0\r\n\r\n" + HIDDEN,
                chunked + "2\r\n{}xx\r\n0\r\n\r\n" + HIDDEN,
                chunked + "2 x\r\n{}\r\n0\r\n\r\n" + HIDDEN,
                "POST /api/chat HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
                "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n" + HIDDEN,
                "POST /api/chat HTTP/1.1\r\n\r\n" + HIDDEN,
                "POST /api/chat\r\n\r\n" + HIDDEN,
                "POST  /api/chat HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN);
    }

    @ParameterizedTest
    @MethodSource("hidings")
    void isRefusedAndNothingOfItServed(String bytes) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            String reply = raw.send(bytes).readAll();

            assertThat(reply).startsWith("HTTP/1.1 400").contains("Connection: close", "{\"error\":\"");
            assertThat(reply.split("HTTP/1.1 ", -1)).as("one reply").hasSize(2);
        }
        assertThat(backend.generateRequests).isEmpty();
        assertThat(backend.chatRequests).isEmpty();
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void whatFollowsAnAnsweredRequestIsRefusedToo() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(HIDDEN).readUntil("\"done\":true");
            raw.send("GET /api/version HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n");

            assertThat(raw.readAll()).contains("HTTP/1.1 400");
        }
    }

    @Test
    void aLengthThatIsTooShortMakesTheRestARequestOfItsOwn() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(HIDDEN.replace("Content-Length: " + ASK.length(), "Content-Length: " + (ASK.length() - 1)));

            assertThat(raw.readUntil("}")).startsWith("HTTP/1.1 400").contains("unexpected EOF");
            assertThat(raw.send("\r\n").readAll()).contains("HTTP/1.1 400"); // the brace that was left over
        }
    }

    @Test
    void aLengthThatIsTooLongIsNoRequestYet() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(HIDDEN.replace("Content-Length: " + ASK.length(), "Content-Length: " + (ASK.length() + 1)));
            raw.socket.shutdownOutput();

            assertThat(raw.readAll()).isEmpty();
        }
        assertThat(backend.generateRequests).isEmpty();
    }
}
