package dev.chasqui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.ollama.OllamaBackend;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Answers with a format over HTTP, from the default model.
@Timeout(120)
class StructuredOutputTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SCHEMA =
            "{\"type\":\"object\",\"required\":[\"action\",\"reason\"],\"properties\":{\"action\":"
                    + "{\"enum\":[\"BUY\",\"SELL\"],\"default\":\"SELL\"},\"reason\":{\"type\":\"string\",\"maxLength\":40}}}";

    private static RealServer server;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        server = RealServer.start();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void aStreamedDecisionIsWholeAndValid() throws Exception {
        HttpResponse<String> reply = chat(true, SCHEMA, 60, "");

        List<JsonNode> lines = reply.body().lines().map(JSON::readTree).toList();
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.get("message").get("content").stringValue()));
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(text.toString()).get("action").stringValue()).isIn("BUY", "SELL");
        assertThat(lines.getLast().get("done_reason").stringValue()).isEqualTo("stop");
    }

    @Test
    void halfADecisionEndsAStreamWithAnErrorAndNoDoneLine() throws Exception {
        HttpResponse<String> reply = chat(true, SCHEMA, 6, "");

        List<String> lines = reply.body().lines().toList();
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(lines).hasSizeGreaterThan(1);
        assertThat(lines.getLast())
                .startsWith("{\"error\":\"the answer was cut off after 6 tokens, before its JSON was complete")
                .contains("num_predict", "on_length");
        assertThat(reply.body()).doesNotContain("\"done\":true");
    }

    @Test
    void halfADecisionIsAStatusOfItsOwnWhereNothingWasSent() throws Exception {
        HttpResponse<String> reply = chat(false, SCHEMA, 6, "");

        assertThat(reply.statusCode()).isEqualTo(422);
        assertThat(JSON.readTree(reply.body()).get("error").stringValue()).contains("cut off after 6 tokens");
    }

    @Test
    void halfADecisionIsClosedWhereTheRequestSaysSo() throws Exception {
        HttpResponse<String> reply = chat(false, SCHEMA, 6, ",\"on_length\":\"close\"");

        JsonNode answer = JSON.readTree(reply.body());
        JsonNode decision = JSON.readTree(answer.get("message").get("content").stringValue());
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(decision.propertyNames()).containsExactly("action", "reason");
        assertThat(answer.get("done_reason").stringValue()).isEqualTo("length");
    }

    @Test
    void whatASchemaMustNotSayIsRefusedByName() throws Exception {
        HttpResponse<String> reply = chat(true, "{\"type\":\"object\",\"not\":{}}", 6, "");
        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(reply.body()).get("error").stringValue())
                .startsWith("format: \"not\" is not supported");

        HttpResponse<String> word = chat(true, SCHEMA, 6, ",\"on_length\":\"guess\"");
        assertThat(word.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(word.body()).get("error").stringValue())
                .isEqualTo("on_length is \"guess\"; expected \"error\" or \"close\"");
    }

    @Test
    void theClientOfThisServerHearsTheSame() {
        try (OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            Settings settings = Settings.DEFAULT
                    .withOptions(Options.parse(Map.of("temperature", 0, "num_predict", 6)))
                    .withFormat(SCHEMA);
            GenerateRequest request = GenerateRequest.of(server.model(), "BUY or SELL?");

            Answer closed = backend.generate(request.withSettings(settings.withOnLength(OnLength.CLOSE)))
                    .answer();
            assertThat(JSON.readTree(closed.text()).propertyNames()).containsExactly("action", "reason");
            assertThatThrownBy(() ->
                            backend.generate(request.withSettings(settings)).answer())
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("cut off after 6 tokens");
            assertThatThrownBy(() -> backend.generate(request.withSettings(settings.withFormat("{\"not\":{}}")))
                            .answer())
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
        }
    }

    private static HttpResponse<String> chat(boolean stream, String schema, int tokens, String more) throws Exception {
        String body = "{\"model\":\"" + server.model() + "\",\"stream\":" + stream + ",\"format\":" + schema
                + ",\"options\":{\"temperature\":0,\"num_predict\":" + tokens
                + "},\"messages\":[{\"role\":\"user\",\"content\":\"BUY or SELL?\"}]" + more + "}";
        return client.send(
                HttpRequest.newBuilder(server.uri().resolve("api/chat"))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
