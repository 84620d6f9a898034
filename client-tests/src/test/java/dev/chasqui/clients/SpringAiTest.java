package dev.chasqui.clients;

import static dev.chasqui.clients.TestServer.MISSING;
import static dev.chasqui.clients.TestServer.MODEL;
import static dev.chasqui.clients.TestServer.TEXTS;
import static dev.chasqui.clients.TestServer.TOOL_TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.ollama.OllamaChatModel;
import org.springframework.ai.ollama.OllamaEmbeddingModel;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaChatOptions;
import org.springframework.ai.ollama.api.OllamaEmbeddingOptions;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;

@Timeout(120)
class SpringAiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int TOKENS = 12;

    private static final Prompt QUESTION =
            new Prompt(List.of(new SystemMessage("Answer in one word."), new UserMessage("Name a colour. 🌙")));

    /// What the tool is asked for.
    record Wanted(String symbol, int depth) {}

    private static final ToolCallback QUOTE = FunctionToolCallback.builder(
                    "quote", (Wanted wanted) -> Double.valueOf(ToolCaller.PRICE))
            .description("The last price")
            .inputType(Wanted.class)
            .build();

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.overTheEngine();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void itFindsTheServersModels() {
        OllamaApi.ShowModelResponse shown = api(server).showModel(new OllamaApi.ShowModelRequest(MODEL));

        assertThat(api(server).listModels().models()).anySatisfy(model -> {
            assertThat(model.name()).isEqualTo(MODEL);
            assertThat(model.modifiedAt()).isNotNull();
            assertThat(model.details().quantizationLevel()).isEqualTo("Q4_1");
        });
        assertThat(shown.details().family()).isEqualTo("llama");
        assertThat(shown.modelInfo()).containsKey("general.parameter_count");
        assertThat(shown.capabilities()).contains("completion");
    }

    @Test
    void aChatIsAnsweredWholeAndInPieces() {
        OllamaChatModel model = chatModel(server, options());

        ChatResponse whole = model.call(QUESTION);
        List<ChatResponse> pieces =
                Objects.requireNonNull(model.stream(QUESTION).collectList().block(PATIENCE));

        String said = textOf(whole);
        assertThat(said).isNotBlank();
        assertThat(whole.getMetadata().getModel()).isEqualTo(MODEL);
        assertThat(whole.getMetadata().getUsage().getPromptTokens()).isPositive();
        assertThat(whole.getMetadata().getUsage().getCompletionTokens()).isBetween(1, TOKENS);
        assertThat(whole.getResult().getMetadata().getFinishReason()).isIn("stop", "length");
        assertThat(pieces).hasSizeGreaterThan(1);
        assertThat(pieces.stream().map(SpringAiTest::textOf).collect(Collectors.joining()))
                .isEqualTo(said);
    }

    @Test
    void everyOptionItKnowsIsTaken() {
        OllamaChatOptions all = options()
                .topK(20)
                .topP(0.9)
                .minP(0.05)
                .seed(7)
                .repeatLastN(32)
                .repeatPenalty(1.1)
                .presencePenalty(0.1)
                .frequencyPenalty(0.1)
                .numKeep(4)
                .typicalP(1f)
                .tfsZ(1f)
                .mirostat(0)
                .mirostatTau(5f)
                .mirostatEta(0.1f)
                .penalizeNewline(true)
                .lowVRAM(false)
                .f16KV(true)
                .logitsAll(false)
                .useMLock(false)
                .stop(List.of("\n"))
                .keepAlive("5m")
                .disableThinking()
                .build();

        assertThat(textOf(chatModel(server, all).call(QUESTION))).isNotBlank();
    }

    @Test
    void aSchemaShapesTheAnswer() {
        Map<String, Object> schema = Map.of(
                "type", "object",
                "properties", Map.of("action", Map.of("enum", List.of("BUY", "SELL", "HOLD"))),
                "required", List.of("action"));

        ChatResponse response = chatModel(
                        server, options().numPredict(100).format(schema).build())
                .call(new Prompt("AAPL rose by 2 %. What do we do?"));

        assertThat(textOf(response)).matches("(?s)\\s*\\{\\s*\"action\"\\s*:\\s*\"(BUY|SELL|HOLD)\"\\s*}\\s*");
    }

    @Test
    void aToolIsCalledAndItsResultRead() {
        ToolCaller caller = new ToolCaller();
        OllamaChatOptions options = options().toolCallbacks(QUOTE).build();
        try (TestServer tools = TestServer.over(caller.backend())) {
            OllamaChatModel model = chatModel(tools, options);
            Prompt question = new Prompt("What is AAPL?", options);

            ChatResponse calling = model.call(question);
            ChatResponse streamed = Objects.requireNonNull(
                    model.stream(question).filter(ChatResponse::hasToolCalls).blockFirst(PATIENCE));
            List<Message> told = ToolCallingManager.builder()
                    .build()
                    .executeToolCalls(question, calling)
                    .conversationHistory();

            assertThat(callsOf(calling)).singleElement().satisfies(call -> {
                assertThat(call.name()).isEqualTo("quote");
                assertThat(call.arguments()).isEqualTo("{\"symbol\":\"AAPL\",\"depth\":3}");
            });
            assertThat(callsOf(streamed)).hasSize(1);
            assertThat(told).hasSize(3);
            assertThat(textOf(model.call(new Prompt(told, options)))).isEqualTo("It is " + ToolCaller.PRICE);
        }
    }

    @Test
    void theModelReadsWhatToolsThereAre(@TempDir Path folder) throws Exception {
        try (TestServer tools = TestServer.overAModelWithTools(folder)) {
            int without = promptTokens(chatModel(tools, options()).call(new Prompt("What is AAPL?")));

            OllamaChatOptions.Builder offered = options();
            offered.toolCallbacks(QUOTE);
            int with = promptTokens(chatModel(tools, offered).call(new Prompt("What is AAPL?")));

            assertThat(with).isGreaterThan(without + TOOL_TOKENS);
        }
    }

    @Test
    void aModelIsCopiedAndTheCopyDeleted(@TempDir Path folder) throws Exception {
        try (TestServer own = TestServer.overAModelWithTools(folder)) {
            api(own).copyModel(new OllamaApi.CopyModelRequest(MODEL, "second"));
            assertThat(api(own).listModels().models())
                    .extracting(OllamaApi.Model::name)
                    .containsExactlyInAnyOrder(MODEL, "second:latest");

            api(own).deleteModel(new OllamaApi.DeleteModelRequest("second"));

            assertThat(api(own).listModels().models())
                    .extracting(OllamaApi.Model::name)
                    .containsExactly(MODEL);
        }
    }

    @Test
    void textsHaveVectors() {
        OllamaEmbeddingModel model = OllamaEmbeddingModel.builder()
                .ollamaApi(api(server))
                .options(OllamaEmbeddingOptions.builder().model(MODEL).build())
                .build();

        List<float[]> both = model.embed(List.of(TEXTS));
        float[] one = model.embed(TEXTS[0]);

        assertThat(both).hasSize(2).allSatisfy(vector -> assertThat(vector).hasSize(576));
        assertThat(one[0]).isCloseTo(both.getFirst()[0], Offset.offset(1e-4f));
    }

    @Test
    void aMissingModelIsItsOwnExceptionWholeAndInPieces() {
        OllamaChatModel model = chatModel(server, options().model(MISSING).build());

        assertThatThrownBy(() -> model.call(QUESTION))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageContaining("model '" + MISSING + "' not found");
        assertThatThrownBy(() -> model.stream(QUESTION).blockLast(PATIENCE)).hasStackTraceContaining("404");
    }

    private static String textOf(ChatResponse response) {
        return Objects.requireNonNullElse(response.getResult().getOutput().getText(), "");
    }

    private static int promptTokens(ChatResponse response) {
        return response.getMetadata().getUsage().getPromptTokens();
    }

    private static List<AssistantMessage.ToolCall> callsOf(ChatResponse response) {
        return response.getResult().getOutput().getToolCalls();
    }

    private static OllamaChatOptions.Builder options() {
        return OllamaChatOptions.builder().model(MODEL).temperature(0.0).numPredict(TOKENS);
    }

    private static OllamaApi api(TestServer server) {
        return OllamaApi.builder().baseUrl(server.url()).build();
    }

    private static OllamaChatModel chatModel(TestServer server, OllamaChatOptions.Builder options) {
        return chatModel(server, options.build());
    }

    private static OllamaChatModel chatModel(TestServer server, OllamaChatOptions options) {
        return OllamaChatModel.builder().ollamaApi(api(server)).options(options).build();
    }
}
