package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// As [SlowClientsTest], with limits so short that each can be waited for.
@Timeout(60)
class ImpatienceTest extends ServerFixture {

    private static final String HEAD = "POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n";

    @Override
    ServerSettings settings() {
        return super.settings()
                .withLimits(new Limits(
                        64 << 20,
                        Duration.ofSeconds(2),
                        Duration.ofMillis(600),
                        Duration.ofMillis(1_500),
                        1_000,
                        Duration.ofSeconds(1),
                        Duration.ofMillis(1_200),
                        20,
                        20));
    }

    @Test
    void aBodyThatComesByteByByteIsAnsweredWith408() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send(HEAD);
            drip(raw, "x", 100);

            assertThat(raw.readAll()).startsWith("HTTP/1.1 408").contains("came too slowly: ");
        }
        assertThat(backend.generateRequests).isEmpty();
    }

    @Test
    void aBodyThatStopsIsAnsweredWith408() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            assertThat(raw.send(HEAD + "{\"mod").readAll()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void aBodyThatIsLongButFastEnoughIsTaken() throws Exception {
        String json = "{\"model\":\"smollm2:135m\",\"stream\":false,\"prompt\":\"" + "y".repeat(4_000) + "\"}";
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + json.length() + "\r\n\r\n");
            for (int at = 0; at < json.length(); at += 400) {
                raw.send(json.substring(at, Math.min(at + 400, json.length())));
                Thread.sleep(200); // 2,000 bytes a second, twice the slowest rate, for longer than the grace
            }
            assertThat(raw.readUntil("\"done\":true")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aSecondHeadOnAnOpenConnectionHasTheSameTime() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("is running");
            raw.send("GET / HTTP/1.1\r\nHost: ");
            drip(raw, "x", 50);

            assertThat(raw.readAll()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("is running");

            assertThat(raw.readAll()).isEmpty();
        }
        try (RawClient silent = new RawClient(server.port())) {
            assertThat(silent.readAll()).isEmpty();
        }
    }

    @Test
    void tooManyConnectionsAreTurnedAwayAndLaterOnesServed() throws Exception {
        RawClient[] open = new RawClient[20];
        for (int i = 0; i < open.length; i++) open[i] = new RawClient(server.port());
        try (RawClient one = new RawClient(server.port())) {
            assertThat(one.readAll())
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: 1", "{\"error\":\"server busy: too many connections");
        } finally {
            for (RawClient one : open) one.close();
        }
        assertThat(getOnceThereIsRoom()).isEqualTo(200);
    }

    private int getOnceThereIsRoom() throws Exception {
        for (long end = System.nanoTime() + 20_000_000_000L; System.nanoTime() < end; ) {
            int status = get("/").statusCode();
            if (status == 200) return status;
        }
        return 503;
    }

    /// Sends byte after byte until nobody takes them any more.
    private static void drip(RawClient raw, String what, int millis) throws IOException, InterruptedException {
        try {
            for (int i = 0; i < 120; i++) {
                raw.send(what);
                Thread.sleep(millis);
                if (raw.hasSomething()) return;
            }
        } catch (SocketException e) {
            // the server has hung up, which is what we wait for
        }
    }
}
