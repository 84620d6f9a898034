package dev.chasqui.ollama;

import static dev.chasqui.api.BackendException.Kind.CANCELLED;
import static dev.chasqui.api.BackendException.Kind.FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Urgency;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Vectors from an Ollama server.
@Timeout(30)
class OllamaEmbedTest {

    private static final EmbedRequest ASK = EmbedRequest.of("m", "a", "b");
    private static final String TWO = "{\"model\":\"m\",\"embeddings\":[[0.6,-8E-1],[1,0]]}";

    @Test
    void aPlainRequestSendsNothingButItself() throws Exception {
        assertThat(sent(ASK)).isEqualTo(json("{'model':'m','input':['a','b']}"));
        assertThat(sent(EmbedRequest.of("m", List.of()), "{\"embeddings\":[]}"))
                .isEqualTo(json("{'model':'m','input':[]}"));
    }

    @Test
    void everyFieldOfARequestIsSent() throws Exception {
        EmbedRequest request = ASK.withTruncate(false)
                .withDimensions(256)
                .withOptions(Options.NONE.with(Option.NUM_CTX, 512))
                .withKeepAlive(KeepAlive.of(Duration.ofMinutes(90)))
                .withUrgency(Urgency.NONE
                        .withPriority(7)
                        .withDeadline(Duration.ofMillis(1500))
                        .superseding("AAPL"));

        assertThat(sent(request))
                .isEqualTo(json("{'model':'m','input':['a','b'],'truncate':false,'dimensions':256,"
                        + "'options':{'num_ctx':512},'keep_alive':'1h30m0s','priority':7,'deadline':1.5,"
                        + "'supersedes':'AAPL'}"));
    }

    @Test
    void everyNumberOfAReplyIsRead() throws Exception {
        Embeddings read =
                answer("{\"model\":\"m\",\"embeddings\":[[0.010071031,-0.0017594865,1.0E-4,-7.227309e-33],[1,0,0,0]],"
                        + "\"total_duration\":14143917,\"load_duration\":1019500,\"prompt_eval_count\":8,"
                        + "\"truncated_count\":1,\"new\":{\"a\":[1,2]}}");

        assertThat(read.vectors().get(0)).containsExactly(0.010071031f, -0.0017594865f, 1e-4f, -7.227309e-33f);
        assertThat(read.vectors().get(1)).containsExactly(1, 0, 0, 0);
        assertThat(read.total()).hasNanos(14_143_917);
        assertThat(read.load()).hasNanos(1_019_500);
        assertThat(read.promptTokens()).isEqualTo(8);
        assertThat(read.truncated()).isOne();
    }

    @Test
    void whatAServerLeavesOutIsZero() throws Exception {
        Embeddings read = answer(TWO);

        assertThat(read.promptTokens()).isZero();
        assertThat(read.truncated()).isZero();
        assertThat(read.total()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"400,INVALID", "404,NOT_FOUND", "503,OVERLOADED", "504,TOO_LATE", "500,FAILED", "501,FAILED"})
    void aRefusalKeepsItsWords(int status, Kind kind) throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(status, "{\"error\":\"the input length exceeds it\"}");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            BackendException failure = failure(() -> backend.embed(ASK));

            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure).hasMessage("the input length exceeds it");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ollama is running",
                "[]",
                "{}",
                "{\"embeddings\":null}",
                "{\"embeddings\":[[0.1,0.2],[0.3",
                "{\"embeddings\":[[0.1,\"0.2\"],[1]]}",
                "{\"embeddings\":[[0.1,null],[1]]}",
                "{\"embeddings\":[0.1,0.2]}",
                "{\"embeddings\":[[0.1,0.2]]}"
            })
    void aReplyThatCannotBeUsedIsAFailure(String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, reply);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            BackendException failure = failure(() -> backend.embed(ASK));

            assertThat(failure.kind()).isEqualTo(FAILED);
            assertThat(failure).hasMessageContaining("broke the protocol");
        }
    }

    @Test
    void interruptingWhoWaitsGivesTheRequestUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Call::awaitClientGone);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            CompletableFuture<Kind> kind = new CompletableFuture<>();
            Thread asker = Thread.ofVirtual()
                    .start(() -> kind.complete(failure(() -> backend.embed(ASK)).kind()));
            ScriptedServer.Call call = server.calls.take();

            asker.interrupt();

            assertThat(kind.get(10, TimeUnit.SECONDS)).isEqualTo(CANCELLED);
            assertThat(call.clientGone.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingTheBackendEndsWhoWaits() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Call::awaitClientGone)) {
            OllamaBackend backend = OllamaBackend.connect(server.uri());
            CompletableFuture<Kind> kind = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> kind.complete(failure(() -> backend.embed(ASK)).kind()));
            server.calls.take();

            backend.close();

            assertThat(kind.get(10, TimeUnit.SECONDS)).isEqualTo(CANCELLED);
        }
    }

    private static Embeddings answer(String reply) throws IOException {
        try (ScriptedServer server = ScriptedServer.whole(200, reply);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            return backend.embed(ASK);
        }
    }

    private static JsonNode sent(EmbedRequest request) throws Exception {
        return sent(request, TWO);
    }

    private static JsonNode sent(EmbedRequest request, String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, reply);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            backend.embed(request);
            ScriptedServer.Call call = server.calls.take();
            assertThat(call.path).isEqualTo("/api/embed");
            return Json.read(call.body);
        }
    }

    private static JsonNode json(String singleQuoted) {
        return Json.MAPPER.readTree(singleQuoted.replace('\'', '"'));
    }

    private static BackendException failure(Runnable call) {
        return catchThrowableOfType(BackendException.class, call::run);
    }
}
