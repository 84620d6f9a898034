package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Chunk;
import dev.chasqui.http.ScriptedBackend.Script;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `/health` and `/ready`, for those who watch the server.
@Timeout(60)
class HealthTest extends ServerFixture {

    @Test
    void aServerThatAnswersIsHealthyWhateverItsState() throws Exception {
        backend.obstacles = List.of("the queue of m is full: 512 requests wait");

        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/health").body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @Test
    void itIsReadyUntilSomethingIsInTheWay() throws Exception {
        assertThat(get("/ready").statusCode()).isEqualTo(200);

        backend.obstacles = List.of("the queue of m is full", "the model folder /m cannot be read");
        HttpResponse<String> reply = get("/ready");

        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(JsonText.MAPPER.readTree(reply.body()))
                .isEqualTo(
                        JsonText.MAPPER.readTree("{\"error\":\"not ready: the queue of m is full; the model folder /m"
                                + " cannot be read\",\"reasons\":[\"the queue of m is full\",\"the model folder /m cannot be"
                                + " read\"]}"));
        backend.obstacles = List.of();
        assertThat(get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void whatAnOperatorShouldKnowDoesNotTakeItOutOfService() throws Exception {
        backend.warnings = List.of("model 'm' is quarantined");

        HttpResponse<String> reply = get("/ready");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"status\":\"degraded\",\"warnings\":[\"model 'm' is quarantined\"]}");
    }

    @Test
    void aServerThatIsBeingClosedTakesNoConnectionsThoughItFinishesAnswers() throws Exception {
        backend.script = prompt -> Script.hangingAfter(Chunk.ofText("One "));
        try (RawClient answer = new RawClient(server.port())) {
            answer.post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi\"}")
                    .readUntil("\"done\":false");
            Thread closing = Thread.startVirtualThread(server::close); // it waits 3 s for the answer

            while (isReady()) Thread.sleep(10);

            assertThat(closing.isAlive()).isTrue();
            assertThat(backend.started.take().isClosedWithin(Duration.ZERO)).isFalse();
            closing.join();
        }
    }

    private boolean isReady() {
        try (RawClient probe = new RawClient(server.port())) {
            return probe.send("GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .readAll()
                    .startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aLoadInProgressDoesNotMakeItWait() throws Exception {
        backend.loading = new CountDownLatch(1);
        var answer = client.sendAsync(
                to("/api/generate")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                                "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        backend.generateRequests.take(); // the load has begun

        assertThat(get("/ready").statusCode()).isEqualTo(200);
        assertThat(answer.isDone()).isFalse();
        backend.loading.countDown();
        assertThat(answer.get().statusCode()).isEqualTo(200);
    }
}
