package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// `/health` and `/ready`, for those who watch the server.
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
