package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which bytes are requests; `|` stands for CR LF here.
class RequestGateTest {

    private static final String HOST = "Host: x|";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1|Host: x||",
                "|GET / HTTP/1.1|Host: x||",
                "GET / HTTP/1.0||",
                "GET / HTTP/1.1|Host:||",
                "GET http://x/api?a=%20;b HTTP/1.1|host: x||",
                "OPTIONS * HTTP/1.1|Host: x||",
                "POST / HTTP/1.1|Host: x|Content-Length: 3||abcGET / HTTP/1.1|Host: x||",
                "POST / HTTP/1.1|Host: x|Content-Length: 0||GET / HTTP/1.1|Host: x||",
                "POST / HTTP/1.1|Host: x|transfer-encoding: Chunked||3|abc|0||GET / HTTP/1.1|Host: x||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||3;a=\"b c\"|abc|00;x|Trailer: y||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||0000000A ; a|0123456789|0||",
                "GET / HTTP/1.1|Host: x|Accept:\t*/*\t|X-Empty:||"
            })
    void whatHasOneMeaningIsLetThroughHoweverItIsCutUp(String text) {
        byte[] bytes = bytes(text);
        for (int size : new int[] {1, 2, 3, 7, bytes.length}) {
            RequestGate gate = new RequestGate();
            for (int at = 0; at < bytes.length; at += size) {
                assertThat(gate.look(Unpooled.wrappedBuffer(bytes, at, Math.min(size, bytes.length - at))))
                        .as("%s in pieces of %s, at %s", text, size, at)
                        .isEmpty();
            }
            assertThat(gate.isInHead()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /  HTTP/1.1|Host: x||",
                " GET / HTTP/1.1|Host: x||",
                "GET\t/ HTTP/1.1|Host: x||",
                "GET / HTTP/1.1 |Host: x||",
                "GET /|Host: x||",
                "GET /a b HTTP/1.1|Host: x||",
                "G(T / HTTP/1.1|Host: x||",
                "|||GET / HTTP/1.1|Host: x||",
                "GET / HTTP/1.1\nHost: x\n\n",
                "GET / HTTP/1.1|Host: x\n|",
                "GET / HTTP/1.1|Host: x\r|",
                "GET / HTTP/1.1|Host: x|X: a\rb||",
                "GET / HTTP/1.1|Host: x|X: a\0b||",
                "GET /\0 HTTP/1.1|Host: x||",
                "GET / HTTP/1.1||",
                "GET / HTTP/1.1|Host: x|Host: x||",
                "GET / HTTP/1.1|Host: x| folded||",
                "GET / HTTP/1.1| Host: x||",
                "GET / HTTP/1.1|Host: x|X-A: b|\tfolded||",
                "GET / HTTP/1.1|Host : x||",
                "GET / HTTP/1.1|Host: x|: empty||",
                "GET / HTTP/1.1|Host: x|no colon||",
                "GET / HTTP/1.1|Host: x|Content\u00e9: 1||",
                "POST / HTTP/1.1|Host: x|Content-Length: 3|Content-Length: 3||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: 3|Content-Length: 4||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: 3, 3||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: +3||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: -3||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: 0x3||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: 3 3||abc",
                "POST / HTTP/1.1|Host: x|Content-Length:||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: 9223372036854775808||abc",
                "POST / HTTP/1.1|Host: x|Content-Length: 3|Transfer-Encoding: chunked||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|Content-Length: 3||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: xchunked||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: identity||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: gzip, chunked||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding:\u000bchunked||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding : chunked||0||",
                "POST / HTTP/1.0|Transfer-Encoding: chunked||0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||80000000|",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||100000000000000001|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||-1|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||0x1|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|| 1|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1 |a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1 x|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1;\0|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1;a\nb|a",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1|ab|0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1|a0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||1\na|0||",
                "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||0| folded||",
                "GET / HTTP/1.1|Host: x|Sec-WebSocket-Key1: 1||"
            })
    void whatTwoReadersCouldTakeDifferentlyIsNot(String text) {
        assertThat(refusal(text)).hasValueSatisfying(failure -> {
            assertThat(failure.status()).as(failure.message()).isEqualTo(400);
            assertThat(failure.message()).isNotBlank();
        });
    }

    @Test
    void whatIsTooLongIsRefusedBeforeItEnds() {
        String long17k = "x".repeat(17 << 10);
        assertThat(refusal("GET /" + long17k)).map(Failure::status).hasValue(414);
        assertThat(refusal("GET / HTTP/1.1|X: " + long17k + long17k))
                .map(Failure::status)
                .hasValue(431);
        assertThat(refusal("GET / HTTP/1.1|" + "a:b|".repeat(201)))
                .map(Failure::status)
                .hasValue(431);
        assertThat(refusal("POST / HTTP/1.1|" + HOST + "Transfer-Encoding: chunked||1;" + "x".repeat(300)))
                .map(Failure::status)
                .hasValue(400);
        assertThat(refusal("PRI * HTTP/2.0||SM||")).map(Failure::status).hasValue(505);
    }

    @Test
    void itKnowsWhenAHeadHasBegun() {
        RequestGate gate = new RequestGate();
        assertThat(gate.isInHead()).isFalse();
        gate.look(buffer("G"));
        assertThat(gate.isInHead()).isTrue();
        gate.look(buffer("ET / HTTP/1.1|Host: x|"));
        assertThat(gate.isInHead()).isTrue();
        gate.look(buffer("|"));
        assertThat(gate.isInHead()).isFalse();
        gate.look(buffer("POST / HTTP/1.1|Host: x|Content-Length: 2||a"));
        assertThat(gate.isInHead()).isFalse();
    }

    @Test
    void noMutationOfARequestThrows() {
        long seed = Long.getLong("chasqui.seed", 20261125);
        System.out.println("seed " + seed + " (-Dchasqui.seed=N repeats it)");
        Random random = new Random(seed);
        byte[] whole = bytes("POST /api/chat HTTP/1.1|Host: x|Transfer-Encoding: chunked||5;a=b|hello|0|T: u||"
                + "POST /api/chat HTTP/1.1|Host: x|Content-Length: 2||{}");
        int refused = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = whole.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            if (new RequestGate().look(Unpooled.wrappedBuffer(bytes)).isPresent()) refused++;
        }
        System.out.println("refused " + refused + " of 100000");
        assertThat(refused).isBetween(1, 99_999);
    }

    private static Optional<Failure> refusal(String text) {
        return new RequestGate().look(buffer(text));
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
