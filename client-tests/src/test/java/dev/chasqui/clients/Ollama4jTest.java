package dev.chasqui.clients;

import static dev.chasqui.clients.TestServer.MISSING;
import static dev.chasqui.clients.TestServer.MODEL;
import static dev.chasqui.clients.TestServer.TEXTS;
import static dev.chasqui.clients.TestServer.TOOL_TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ollama4j.Ollama;
import io.github.ollama4j.exceptions.OllamaException;
import io.github.ollama4j.models.chat.OllamaChatMessageRole;
import io.github.ollama4j.models.chat.OllamaChatRequest;
import io.github.ollama4j.models.chat.OllamaChatResult;
import io.github.ollama4j.models.embed.OllamaEmbedRequest;
import io.github.ollama4j.models.embed.OllamaEmbedResult;
import io.github.ollama4j.models.generate.OllamaGenerateRequest;
import io.github.ollama4j.models.generate.OllamaGenerateStreamObserver;
import io.github.ollama4j.models.request.ThinkMode;
import io.github.ollama4j.models.response.OllamaResult;
import io.github.ollama4j.tools.Tools;
import io.github.ollama4j.utils.Options;
import io.github.ollama4j.utils.OptionsBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class Ollama4jTest {

    private static final Options GREEDY =
            new OptionsBuilder().setTemperature(0).setNumPredict(12).build();

    private static TestServer server;
    private static Ollama client;

    @BeforeAll
    static void start() {
        server = TestServer.overTheEngine();
        client = clientOf(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void itFindsTheServerAndWhatItHas() throws Exception {
        assertThat(client.ping()).isTrue();
        assertThat(client.getVersion()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(client.listModels()).anySatisfy(model -> {
            assertThat(model.getName()).isEqualTo(MODEL);
            assertThat(model.getModifiedAt()).isNotNull();
            assertThat(model.getModelMeta().getQuantizationLevel()).isEqualTo("Q4_1");
        });
        assertThat(client.getModelDetails(MODEL).getDetails().getFamily()).isEqualTo("llama");
        assertThat(client.getModelDetails(MODEL).getTemplate()).isNotBlank();
        assertThat(client.getModelDetails(MODEL).getCapabilities()).contains("completion");
    }

    @Test
    void aPromptIsAnsweredWholeAndInPieces() throws Exception {
        OllamaGenerateRequest request = prompt("Name the capital of France.").build();
        OllamaResult whole = client.generate(request, null);

        List<String> pieces = new ArrayList<>();
        OllamaResult streamed = client.generate(
                prompt("Name the capital of France.").withStreaming(true).build(),
                new OllamaGenerateStreamObserver(null, pieces::add));

        assertThat(whole.getResponse()).contains("Paris");
        assertThat(whole.getContext()).isNotEmpty();
        assertThat(whole.getEvalCount()).isPositive();
        assertThat(whole.getTotalDuration()).isPositive();
        assertThat(streamed.getResponse()).isEqualTo(whole.getResponse());
        assertThat(pieces).hasSizeGreaterThan(1);
    }

    @Test
    void oneStopTextIsEnough() throws Exception {
        Options stop = new OptionsBuilder()
                .setTemperature(0)
                .setNumPredict(30)
                .setStop(",")
                .build();

        OllamaResult result = client.generate(
                prompt("1, 2, 3, 4, 5, 6, 7, 8,")
                        .withRaw(true)
                        .withOptions(stop)
                        .build(),
                null);

        assertThat(result.getResponse()).isNotBlank().doesNotContain(",");
        assertThat(result.getDoneReason()).isEqualTo("stop");
    }

    @Test
    void aSchemaShapesTheAnswer() throws Exception {
        Map<String, Object> schema = Map.of(
                "type", "object",
                "properties", Map.of("action", Map.of("type", "string", "enum", List.of("BUY", "SELL"))),
                "required", List.of("action"));

        OllamaResult result =
                client.generate(prompt("Buy or sell?").withFormat(schema).build(), null);

        assertThat(result.getStructuredResponse().get("action")).isIn("BUY", "SELL");
    }

    @Test
    void aChatIsAnsweredWholeAndInPieces() throws Exception {
        OllamaChatResult whole = client.chat(chat("Name a colour. 🌙").build(), null);

        StringBuilder pieces = new StringBuilder();
        OllamaChatResult streamed = client.chat(
                chat("Name a colour. 🌙").withStreaming().build(),
                piece -> pieces.append(piece.getMessage().getResponse()));

        String said = whole.getResponseModel().getMessage().getResponse();
        assertThat(said).isNotBlank();
        assertThat(whole.getChatHistory()).hasSize(2);
        assertThat(streamed.getResponseModel().getMessage().getResponse()).isEqualTo(said);
        assertThat(pieces).hasToString(said);
    }

    @Test
    void itCallsTheToolAndTellsWhatItSaid() throws Exception {
        ToolCaller caller = new ToolCaller();
        List<Map<String, Object>> called = new ArrayList<>();
        try (TestServer tools = TestServer.over(caller.backend())) {
            Ollama other = clientOf(tools);
            other.registerTool(quoteTool(called));

            OllamaChatResult result =
                    other.chat(chat("What is AAPL?").withUseTools(true).build(), null);

            assertThat(called)
                    .singleElement()
                    .satisfies(arguments -> assertThat(arguments)
                            .containsEntry("symbol", "AAPL")
                            .containsEntry("depth", 3));
            assertThat(result.getResponseModel().getMessage().getResponse()).contains(ToolCaller.PRICE);
            assertThat(caller.heard.take().toolsJson())
                    .hasValueSatisfying(
                            json -> assertThat(json).contains("\"name\":\"quote\"", "\"required\":[\"symbol\"]"));
        }
    }

    @Test
    void theModelReadsWhatToolsThereAre(@TempDir Path folder) throws Exception {
        try (TestServer tools = TestServer.overAModelWithTools(folder)) {
            Ollama other = clientOf(tools);
            int without = promptTokens(other.chat(chat("What is AAPL?").build(), null));
            other.registerTool(quoteTool(new ArrayList<>()));

            int with = promptTokens(
                    other.chat(chat("What is AAPL?").withUseTools(true).build(), null));

            assertThat(with).isGreaterThan(without + TOOL_TOKENS);
        }
    }

    @Test
    void aModelIsDeleted(@TempDir Path folder) throws Exception {
        try (TestServer own = TestServer.overAModelWithTools(folder)) {
            clientOf(own).deleteModel(MODEL, false);

            assertThat(clientOf(own).listModels()).isEmpty();
        }
    }

    @Test
    void textsHaveVectors() throws Exception {
        OllamaEmbedResult both = client.embed(new OllamaEmbedRequest(MODEL, List.of(TEXTS)));
        OllamaEmbedResult one = client.embed(new OllamaEmbedRequest(MODEL, List.of(TEXTS[0])));

        assertThat(both.getEmbeddings())
                .hasSize(2)
                .allSatisfy(vector -> assertThat(vector).hasSize(576));
        assertThat(both.getPromptEvalCount()).isPositive();
        assertThat(one.getEmbeddings().getFirst().getFirst())
                .isCloseTo(both.getEmbeddings().getFirst().getFirst(), within());
    }

    @Test
    void aModelIsLoadedSeenAndUnloaded() throws Exception {
        client.generate(prompt("Hi").withKeepAlive("5m").build(), null);
        assertThat(client.ps().getModels())
                .singleElement()
                .satisfies(model -> assertThat(model.getName()).isEqualTo(MODEL));

        client.unloadModel(MODEL);

        assertThat(client.ps().getModels()).isEmpty();
    }

    @Test
    void aMissingModelIsItsOwnExceptionInOllamasWords() {
        assertThatThrownBy(() -> client.chat(
                        OllamaChatRequest.builder()
                                .withModel(MISSING)
                                .withMessage(OllamaChatMessageRole.USER, "Hi")
                                .build(),
                        null))
                .isInstanceOf(OllamaException.class)
                .hasStackTraceContaining("model '" + MISSING + "' not found");
        assertThatThrownBy(() -> client.embed(new OllamaEmbedRequest(MISSING, List.of("Hi"))))
                .isInstanceOf(OllamaException.class)
                .hasStackTraceContaining("try pulling it first");
    }

    private static Offset<Double> within() {
        return Offset.offset(1e-4);
    }

    private static int promptTokens(OllamaChatResult result) {
        return result.getResponseModel().getPromptEvalCount();
    }

    private static Ollama clientOf(TestServer server) {
        Ollama client = new Ollama(server.url());
        client.setRequestTimeoutSeconds(120);
        return client;
    }

    private static OllamaGenerateRequest prompt(String text) {
        return OllamaGenerateRequest.builder()
                .withModel(MODEL)
                .withPrompt(text)
                .withThink(ThinkMode.DISABLED)
                .withOptions(GREEDY);
    }

    private static OllamaChatRequest chat(String text) {
        return OllamaChatRequest.builder()
                .withModel(MODEL)
                .withMessage(OllamaChatMessageRole.USER, text)
                .withOptions(GREEDY);
    }

    private static Tools.Tool quoteTool(List<Map<String, Object>> called) {
        Tools.Parameters parameters = Tools.Parameters.of(Map.of(
                "symbol",
                Tools.Property.builder()
                        .type("string")
                        .description("What to look up")
                        .required(true)
                        .build(),
                "depth",
                Tools.Property.builder()
                        .type("integer")
                        .description("How many levels")
                        .build()));
        return Tools.Tool.builder()
                .toolSpec(Tools.ToolSpec.builder()
                        .name("quote")
                        .description("The last price")
                        .parameters(parameters)
                        .build())
                .toolFunction(arguments -> {
                    called.add(arguments);
                    return ToolCaller.PRICE;
                })
                .build();
    }
}
