package dev.chasqui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Backend;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.ollama.OllamaBackend;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One model, three ways in: the engine in this JVM, the HTTP surface, and `Backend` as a client of that surface.
class SameTextEverywhereTest {

    private static final Settings GREEDY =
            Settings.DEFAULT.withOptions(Options.parse(Map.of("temperature", 0, "num_predict", 24)));

    private static RealServer server;

    @BeforeAll
    static void start() {
        server = RealServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aPromptAtTemperatureZeroIsAnsweredTheSameEachWay() throws Exception {
        GenerateRequest request = GenerateRequest.of(server.model(), "Name the capital of France.")
                .withSettings(GREEDY);
        String embedded = server.engine().generate(request).text();

        String http = post("/api/generate", """
                {"model": "%s", "prompt": "Name the capital of France.", "stream": false,
                 "options": {"temperature": 0, "num_predict": 24}}
                """.formatted(server.model()))
                .get("response")
                .stringValue();
        String client;
        try (Backend ollama = OllamaBackend.connect(server.uri())) {
            client = ollama.generate(request).text();
        }

        assertThat(embedded).contains("Paris");
        assertThat(http).isEqualTo(embedded);
        assertThat(client).isEqualTo(embedded);
    }

    @Test
    void aChatIsAnsweredTheSameByBothBackends() {
        ChatRequest request = ChatRequest.of(
                        server.model(), Message.system("Answer in one word."), Message.user("Name a colour. 🌙"))
                .withSettings(GREEDY);

        try (Backend ollama = OllamaBackend.connect(server.uri())) {
            Answer embedded = server.engine().chat(request).answer();
            Answer client = ollama.chat(request).answer();

            assertThat(client.text()).isNotBlank().isEqualTo(embedded.text());
            assertThat(client.summary().reason()).isEqualTo(embedded.summary().reason());
            assertThat(client.summary().promptTokens())
                    .isEqualTo(embedded.summary().promptTokens());
            assertThat(client.summary().evalTokens())
                    .isEqualTo(embedded.summary().evalTokens());
        }
    }

    @Test
    void bothBackendsListShowAndNameTheSameModel() {
        server.engine().generate(GenerateRequest.of(server.model(), "")).answer();

        try (Backend ollama = OllamaBackend.connect(server.uri())) {
            assertThat(ollama.models()).isEqualTo(server.engine().models());
            assertThat(ollama.show(server.model()).traits())
                    .isEqualTo(server.engine().show(server.model()).traits());
            assertThat(ollama.running()).extracting(running -> running.name()).containsExactly(server.model());
        }
    }

    /// What the Python trading system sends: ASCII JSON with surrogate pairs, only a temperature, an empty system
    /// message.
    @Test
    void theTradingSystemsRequestIsAnswered() throws Exception {
        JsonNode reply = post("/api/chat", """
                {"model": "SmolLM2:135m", "messages": [{"role": "system", "content": ""},
                 {"role": "user", "content": "\\ud83c\\udf19 Moon Dev says: reply with Buy, Sell or Do Nothing \\u2022 NaN"}],
                 "stream": false, "options": {"temperature": 0.7}}
                """);

        assertThat(reply.get("done").booleanValue()).isTrue();
        assertThat(reply.get("model").stringValue()).as("echoed as it was sent").isEqualTo("SmolLM2:135m");
        assertThat(reply.get("message").get("role").stringValue()).isEqualTo("assistant");
        assertThat(reply.get("message").get("content").stringValue()).isNotBlank();
        assertThat(reply.get("prompt_eval_count").intValue()).isPositive();
        assertThat(reply.get("eval_duration").longValue()).isPositive();
    }

    private static JsonNode post(String path, String json) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri().resolve(path))
                    .POST(HttpRequest.BodyPublishers.ofString(json))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JsonMapper.shared().readTree(response.body());
        }
    }
}
