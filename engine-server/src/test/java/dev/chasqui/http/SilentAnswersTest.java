package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Summary;
import dev.chasqui.api.ToolCall;
import dev.chasqui.http.ScriptedBackend.Script;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a client could take for an empty answer is an error or the model's own doing, and is counted.
@Timeout(60)
class SilentAnswersTest extends ServerFixture {

    private static final String GENERATE = "/api/generate";
    private static final String CHAT = "/api/chat";
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void everyReasonOfBothRoutesIsThereAtZeroBeforeAnythingHappens() throws Exception {
        HttpResponse<String> metrics = get("/metrics");

        assertThat(metrics.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        for (SilentAnswers.Reason reason : SilentAnswers.Reason.values()) {
            assertThat(count(GENERATE, reason.label())).isZero();
            assertThat(count(CHAT, reason.label())).isZero();
        }
    }

    @Test
    void anAnswerIsNotCountedNorIsARequestThatAsksForNoWords() throws Exception {
        ask(GENERATE, "\"prompt\":\"Hi\",\"stream\":true");
        ask(CHAT, "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false");
        ask(GENERATE, "\"keep_alive\":\"5m\"");
        ask(CHAT, "\"messages\":[],\"keep_alive\":0");
        ask(GENERATE, "\"prompt\":\"Hi\",\"_debug_render_only\":true");
        backend.script = prompt -> Script.of(new Chunk("", "", List.of(new ToolCall("1", "f", "{}")), List.of()));
        ask(CHAT, "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]");

        assertThat(all()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID, 400, refused",
        "NOT_FOUND, 404, refused",
        "OVERLOADED, 503, overloaded",
        "TOO_LATE, 504, too_late",
        "INCOMPLETE, 422, cut_off",
        "CANCELLED, 499, superseded",
        "FAILED, 500, failed",
        "UNREACHABLE, 500, failed"
    })
    void aStatusOtherThan200IsCountedByItsKind(Kind kind, int status, String reason) throws Exception {
        backend.script = prompt -> Script.breakingOff(new BackendException(kind, "no"));

        assertThat(ask(GENERATE, "\"prompt\":\"Hi\"").statusCode()).isEqualTo(status);

        assertThat(count(GENERATE, reason)).isEqualTo(1);
        assertThat(all()).isEqualTo(1);
    }

    @Test
    void aRefusalBeforeTheBodyIsReadIsCountedToo() throws Exception {
        HttpResponse<String> stranger = send(to(CHAT).header("Origin", "https://evil.example")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")));
        HttpResponse<String> malformed = post(CHAT, "{");

        assertThat(stranger.statusCode()).isEqualTo(403);
        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(count(CHAT, "refused")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatTheModelEndedAtOnceIsGivenAndCounted(boolean stream) throws Exception {
        backend.script = prompt -> Script.of();

        HttpResponse<String> reply = ask(GENERATE, "\"prompt\":\"Hi\",\"stream\":" + stream);

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).contains("\"done_reason\":\"stop\"").contains("\"eval_count\":3");
        awaitCount(GENERATE, "empty");
    }

    @Test
    void whiteSpaceIsAsGoodAsNothing() throws Exception {
        backend.script = prompt -> Script.of(Chunk.ofText(" \n"), Chunk.ofText("\t"));

        ask(CHAT, "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]");

        awaitCount(CHAT, "empty");
    }

    @Test
    void anAnswerOfThoughtsAloneIsCounted() throws Exception {
        backend.script = prompt -> Script.of(new Chunk("", "Hm.", List.of(), List.of()));

        ask(CHAT, "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false");

        awaitCount(CHAT, "thinking_only");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatALimitCutOffIsCounted(boolean stream) throws Exception {
        backend.end = end -> ended(DoneReason.LENGTH, 3);

        ask(GENERATE, "\"prompt\":\"Hi\",\"stream\":" + stream);

        awaitCount(GENERATE, "cut_off");
    }

    @Test
    void anErrorAmidAStreamIsItsLastLineAndIsCounted() throws Exception {
        backend.script = prompt -> Script.breakingOff(new BackendException(Kind.FAILED, "no"), Chunk.ofText("One"));

        HttpResponse<String> reply = ask(GENERATE, "\"prompt\":\"Hi\"");

        assertThat(reply.body()).endsWith("{\"error\":\"no\"}\n").doesNotContain("\"done\":true");
        awaitCount(GENERATE, "broken_off");
    }

    @Test
    void aClientThatLeavesBeforeItsAnswerIsCounted() throws Exception {
        backend.script = prompt -> Script.hangingAfter();
        try (RawClient client = new RawClient(server.port())) {
            client.post(GENERATE, "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi\",\"stream\":false}");
            Objects.requireNonNull(backend.started.poll(LONG.toSeconds(), TimeUnit.SECONDS));
        }

        awaitCount(GENERATE, "client_left");
    }

    /// Such a summary belongs to a request without a prompt; were a model unloaded in between, a client would
    /// read it as an answer.
    @ParameterizedTest
    @EnumSource(
            value = DoneReason.class,
            names = {"STOP", "LOAD", "UNLOAD"})
    void anAnswerNoModelHadAPartInIsAnError(DoneReason reason) throws Exception {
        backend.script = prompt -> Script.of();
        backend.end = end -> ended(reason, 0);

        HttpResponse<String> whole = ask(GENERATE, "\"prompt\":\"Hi\",\"stream\":false");
        HttpResponse<String> streamed = ask(GENERATE, "\"prompt\":\"Hi\"");

        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(streamed.statusCode()).isEqualTo(500);
        assertThat(whole.body())
                .isEqualTo(streamed.body())
                .contains("gave no token")
                .doesNotContain("done\":");
        assertThat(count(GENERATE, "failed")).isEqualTo(2);
    }

    private static Summary ended(DoneReason reason, int tokens) {
        Duration some = Duration.ofMillis(1);
        return new Summary(reason, some, some, 7, some, tokens, some, List.of());
    }

    private HttpResponse<String> ask(String route, String fields) throws IOException, InterruptedException {
        return post(route, "{\"model\":\"smollm2:135m\"," + fields + "}");
    }

    /// An answer is counted when it is out.
    private void awaitCount(String route, String reason) throws IOException, InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (count(route, reason) == 0 && System.nanoTime() < end) LockSupport.parkNanos(1_000_000);
        assertThat(count(route, reason)).as(reason).isEqualTo(1);
        assertThat(all()).isEqualTo(1);
    }

    private double count(String route, String reason) throws IOException, InterruptedException {
        return values("chasqui_silent_answers_total{reason=\"" + reason + "\",route=\"" + route + "\"}")
                .orElseThrow();
    }

    private double all() throws IOException, InterruptedException {
        return values("chasqui_silent_answers_total{").orElseThrow();
    }

    private Optional<Double> values(String series) throws IOException, InterruptedException {
        Pattern line = Pattern.compile("(?m)^" + Pattern.quote(series) + ".*?(\\d+\\.\\d+)$");
        return line.matcher(get("/metrics").body())
                .results()
                .map(found -> Double.parseDouble(found.group(1)))
                .reduce(Double::sum);
    }
}
