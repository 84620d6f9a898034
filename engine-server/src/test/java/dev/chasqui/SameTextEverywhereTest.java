package dev.chasqui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.ollama.OllamaBackend;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One model, three ways in: the engine in this JVM, the HTTP surface, and `Backend` as a client of that surface.
class SameTextEverywhereTest {

    /// The server shares one engine with everybody, so only exact answers can be compared.
    private static final Options EXACT = Options.parse(Map.of("exact", true, "temperature", 0, "num_predict", 24));

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
    void anExactPromptIsAnsweredTheSameEachWayBitForBit() throws Exception {
        GenerateRequest request = GenerateRequest.of(server.model(), "Name the capital of France.")
                .withSettings(Settings.DEFAULT.withOptions(EXACT).withTopLogprobs(2));
        Answer embedded = server.engine().generate(request).answer();

        JsonNode http = post("/api/generate", """
                {"model": "%s", "prompt": "Name the capital of France.", "stream": false, "logprobs": true,
                 "options": {"exact": true, "temperature": 0, "num_predict": 24}}
                """.formatted(server.model()));
        Answer client;
        try (Backend ollama = OllamaBackend.connect(server.uri())) {
            client = ollama.generate(request).answer();
        }

        assertThat(embedded.text()).contains("Paris");
        assertThat(http.get("response").stringValue()).isEqualTo(embedded.text());
        assertThat(http.get("logprobs"))
                .extracting(entry -> entry.get("logprob").doubleValue())
                .isEqualTo(
                        embedded.logprobs().stream().map(TokenLogprob::logprob).toList());
        assertThat(client.text()).isEqualTo(embedded.text());
        assertThat(client.logprobs()).isEqualTo(embedded.logprobs());
    }

    @Test
    void anExactChatIsAnsweredTheSameByBothBackends() {
        ChatRequest request = ChatRequest.of(
                        server.model(), Message.system("Answer in one word."), Message.user("Name a colour. 🌙"))
                .withSettings(
                        Settings.DEFAULT.withOptions(EXACT.with(Option.SEED, 7).with(Option.TEMPERATURE, 1)));

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
    void whatDidNotFitIsCountedByBothBackendsAndRefusedInTheSameWords() {
        Settings small =
                Settings.DEFAULT.withOptions(EXACT.with(Option.NUM_CTX, 128).with(Option.NUM_PREDICT, 200));
        List<Message> talk = new ArrayList<>(List.of(Message.system("Count.")));
        for (int i = 0; i < 10; i++) talk.add(Message.of(i % 2 == 0 ? "user" : "assistant", "1, 2, 3, 4, 5, 6, 7, 8"));
        talk.add(Message.user("Count to one hundred: 1, 2, 3, 4, 5,"));
        ChatRequest chat = new ChatRequest(server.model(), talk, Optional.empty(), small);
        GenerateRequest text = GenerateRequest.of(server.model(), "1, 2, 3, 4, 5, ".repeat(40))
                .asRaw()
                .withSettings(small);

        try (Backend ollama = OllamaBackend.connect(server.uri())) {
            Summary embedded = server.engine().chat(chat).answer().summary();
            Summary client = ollama.chat(chat).answer().summary();
            assertThat(embedded.droppedMessages()).isBetween(1, 9);
            assertThat(client.droppedMessages()).isEqualTo(embedded.droppedMessages());
            assertThat(client.droppedTokens()).isEqualTo(embedded.droppedTokens());

            embedded = server.engine().generate(text).answer().summary();
            client = ollama.generate(text).answer().summary();
            assertThat(embedded.droppedPromptTokens()).isPositive();
            assertThat(embedded.droppedTokens()).isPositive();
            assertThat(client.droppedPromptTokens()).isEqualTo(embedded.droppedPromptTokens());
            assertThat(client.droppedTokens()).isEqualTo(embedded.droppedTokens());

            for (Backend each : List.of(server.engine(), ollama)) {
                assertRefused(
                        () -> each.chat(chat.withSettings(small.withTruncate(false))),
                        "exceeds the available context size (128 tokens; num_ctx may be up to 8192)");
                assertRefused(
                        () -> each.generate(text.withSettings(small.withShift(false))),
                        "the context holds 128; num_ctx may be up to 8192)");
            }
        }
    }

    private static void assertRefused(ThrowingCallable request, String words) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessageEndingWith(words);
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
