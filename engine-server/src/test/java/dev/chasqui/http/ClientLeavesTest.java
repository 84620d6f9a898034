package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.http.ScriptedBackend.Running;
import dev.chasqui.http.ScriptedBackend.Script;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The test the HTTP library was chosen by: see `docs/decisions/0003-http-library.md`.
class ClientLeavesTest {

    private static final Duration AT_ONCE = Duration.ofMillis(100);

    /// How a client goes.
    enum Exit {
        CLOSE {
            @Override
            void leave(RawClient client) throws IOException {
                client.close();
            }
        },
        HALF_CLOSE {
            @Override
            void leave(RawClient client) throws IOException {
                client.socket.shutdownOutput();
            }
        },
        RESET {
            @Override
            void leave(RawClient client) throws IOException {
                client.socket.setSoLinger(true, 0);
                client.close();
            }
        };

        abstract void leave(RawClient client) throws IOException;
    }

    private final ScriptedBackend backend = new ScriptedBackend();
    private OllamaServer server;

    @BeforeEach
    void start() throws Exception {
        server = OllamaServer.start(backend, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
        try (RawClient client = new RawClient(server.port())) { // classes loaded before anything is timed
            client.post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"x\",\"stream\":false}")
                    .readUntil("\"done\":true");
        }
        backend.script = prompt -> Script.hangingAfter();
        backend.started.clear();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Exit.class)
    void aClientThatLeavesBeforeItsWholeAnswerFreesItsSlotAtOnce(Exit exit) throws Exception {
        RawClient client = new RawClient(server.port());
        client.post("/api/chat", chat(false));
        Running running = nextStarted();

        exit.leave(client);

        assertThat(running.isClosedWithin(AT_ONCE)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Exit.class)
    void aClientThatLeavesAmidItsStreamFreesItsSlotAtOnce(Exit exit) throws Exception {
        backend.script = prompt -> Script.hangingAfter(Chunk.ofText("One "));
        RawClient client = new RawClient(server.port());
        client.post("/api/chat", chat(true)).readUntil("One ");
        Running running = nextStarted();

        exit.leave(client);

        assertThat(running.isClosedWithin(AT_ONCE)).isTrue();
    }

    @Test
    void aClientThatLeavesAfterItSentTheNextRequestAheadFreesItsSlotAtOnceToo() throws Exception {
        RawClient client = new RawClient(server.port());
        client.post("/api/chat", chat(false)).post("/api/chat", chat(false));
        Running running = nextStarted();

        client.close();

        assertThat(running.isClosedWithin(AT_ONCE)).isTrue();
    }

    @Test
    void aClientThatLeavesWhileItsRequestIsBeingAcceptedIsCancelledThen() throws Exception {
        backend.loading = new java.util.concurrent.CountDownLatch(1);
        RawClient client = new RawClient(server.port());
        client.post("/api/chat", chat(false));
        assertThat(backend.chatRequests.poll(10, TimeUnit.SECONDS)).isNotNull();

        client.close();
        backend.loading.countDown();

        assertThat(nextStarted().isClosedWithin(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void aClientThatReadsNothingStopsTheProducerAndIsThenHungUpOn() throws Exception {
        server.close();
        server = OllamaServer.start(
                backend,
                ServerSettings.DEFAULT.withListen(OllamaHost.local(0)).withClientPatience(Duration.ofMillis(700)));
        Chunk big = Chunk.ofText("x".repeat(64 * 1024));
        Iterable<Chunk> endless = () -> Stream.generate(() -> big).iterator();
        backend.script = prompt -> new Script(endless, Optional.empty(), false);

        try (RawClient client = new RawClient(server.port())) {
            client.post("/api/chat", chat(true));
            Running running = nextStarted();

            assertThat(running.isClosedWithin(Duration.ofSeconds(20))).isTrue();
            assertThat(running.taken.get()).isLessThan(400); // what fits into the sockets' buffers, and 16 lines
        }
    }

    @Test
    void closingTheServerEndsWhatHangs() throws Exception {
        RawClient client = new RawClient(server.port());
        client.post("/api/chat", chat(false));
        Running running = nextStarted();

        server.close();

        assertThat(running.isClosedWithin(Duration.ofSeconds(5))).isTrue();
        client.close();
    }

    private Running nextStarted() throws InterruptedException {
        return Objects.requireNonNull(backend.started.poll(10, TimeUnit.SECONDS), "no answer was started");
    }

    private static String chat(boolean stream) {
        return "{\"model\":\"smollm2:135m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":" + stream
                + "}";
    }
}
