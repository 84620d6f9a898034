package dev.chasqui.clients;

import static dev.chasqui.clients.TestServer.MISSING;
import static dev.chasqui.clients.TestServer.MODEL;
import static dev.chasqui.clients.TestServer.TEXTS;
import static dev.chasqui.clients.TestServer.TOOL_TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaLanguageModel;
import dev.langchain4j.model.ollama.OllamaModelCard;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingLanguageModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class Langchain4jTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int TOKENS = 12;

    private static final ToolSpecification QUOTE = ToolSpecification.builder()
            .name("quote")
            .description("The last price")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("symbol")
                    .addIntegerProperty("depth")
                    .required("symbol")
                    .build())
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
        OllamaModels models =
                OllamaModels.builder().baseUrl(server.url()).timeout(PATIENCE).build();
        chatModel(server).build().chat("Hi");

        OllamaModelCard card = models.modelCard(MODEL).content();

        assertThat(models.availableModels().content())
                .anySatisfy(model -> assertThat(model.getName()).isEqualTo(MODEL));
        assertThat(card.getDetails().getQuantizationLevel()).isEqualTo("Q4_1");
        assertThat(card.getModelInfo()).containsKey("general.parameter_count");
        assertThat(card.getCapabilities()).contains("completion");
        assertThat(card.getTensors()).isNotEmpty();
        assertThat(models.runningModels().content()).singleElement().satisfies(running -> {
            assertThat(running.getName()).isEqualTo(MODEL);
            assertThat(running.getContextLength()).isPositive();
            assertThat(running.getExpiresAt()).isNotNull();
        });
    }

    @Test
    void aChatIsAnsweredWholeAndInPieces() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .messages(SystemMessage.from("Answer in one word."), UserMessage.from("Name a colour. 🌙"))
                .build();
        ChatResponse whole = chatModel(server).build().chat(request);

        Pieces pieces = new Pieces();
        streamingChatModel(server).build().chat(request, pieces);
        ChatResponse streamed = pieces.whole.get(120, TimeUnit.SECONDS);

        assertThat(whole.aiMessage().text()).isNotBlank();
        assertThat(whole.metadata().modelName()).isEqualTo(MODEL);
        assertThat(whole.metadata().finishReason()).isIn(FinishReason.STOP, FinishReason.LENGTH);
        assertThat(whole.metadata().tokenUsage().inputTokenCount()).isPositive();
        assertThat(whole.metadata().tokenUsage().outputTokenCount()).isBetween(1, TOKENS);
        assertThat(streamed.aiMessage().text())
                .isEqualTo(pieces.text.toString())
                .isEqualTo(whole.aiMessage().text());
    }

    @Test
    void aPromptIsAnsweredWholeAndInPieces() throws Exception {
        Response<String> whole = OllamaLanguageModel.builder()
                .baseUrl(server.url())
                .modelName(MODEL)
                .temperature(0.0)
                .numPredict(TOKENS)
                .stop(List.of("\n"))
                .timeout(PATIENCE)
                .build()
                .generate("Name the capital of France.");

        CompletableFuture<String> streamed = new CompletableFuture<>();
        OllamaStreamingLanguageModel.builder()
                .baseUrl(server.url())
                .modelName(MODEL)
                .temperature(0.0)
                .numPredict(TOKENS)
                .stop(List.of("\n"))
                .timeout(PATIENCE)
                .build()
                .generate("Name the capital of France.", new StreamingResponseHandler<>() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public void onNext(String piece) {
                        text.append(piece);
                    }

                    @Override
                    public void onComplete(Response<String> response) {
                        streamed.complete(text.toString());
                    }

                    @Override
                    public void onError(Throwable error) {
                        streamed.completeExceptionally(error);
                    }
                });

        assertThat(whole.content()).contains("Paris");
        assertThat(whole.tokenUsage().outputTokenCount()).isPositive();
        assertThat(streamed.get(120, TimeUnit.SECONDS)).isEqualTo(whole.content());
    }

    @Test
    void aSchemaShapesTheAnswer() {
        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("Decision")
                        .rootElement(JsonObjectSchema.builder()
                                .addEnumProperty("action", List.of("BUY", "SELL", "HOLD"))
                                .addBooleanProperty("urgent")
                                .required("action", "urgent")
                                .build())
                        .build())
                .build();

        ChatResponse response = chatModel(server)
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .numPredict(100)
                .build()
                .chat(ChatRequest.builder()
                        .messages(UserMessage.from("AAPL rose by 2 %. What do we do?"))
                        .responseFormat(format)
                        .build());

        assertThat(response.aiMessage().text())
                .matches(
                        "(?s)\\s*\\{\\s*\"action\"\\s*:\\s*\"(BUY|SELL|HOLD)\"\\s*,\\s*\"urgent\"\\s*:\\s*(true|false)\\s*}\\s*");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void aToolIsCalledAndItsResultRead() throws Exception {
        ToolCaller caller = new ToolCaller();
        UserMessage question = UserMessage.from("What is AAPL?");
        ChatRequest asked = ChatRequest.builder()
                .messages(question)
                .toolSpecifications(QUOTE)
                .build();
        try (TestServer tools = TestServer.over(caller.backend())) {
            AiMessage calling = chatModel(tools).build().chat(asked).aiMessage();
            Pieces pieces = new Pieces();
            streamingChatModel(tools).build().chat(asked, pieces);
            AiMessage streamed = pieces.whole.get(120, TimeUnit.SECONDS).aiMessage();

            ToolExecutionRequest call = calling.toolExecutionRequests().getFirst();
            assertThat(call.name()).isEqualTo("quote");
            assertThat(call.arguments()).matches("\\{\\s*\"symbol\"\\s*:\\s*\"AAPL\"\\s*,\\s*\"depth\"\\s*:\\s*3\\s*}");
            assertThat(streamed.toolExecutionRequests())
                    .extracting(ToolExecutionRequest::name)
                    .containsExactly("quote");

            ChatResponse told = chatModel(tools)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(question, calling, ToolExecutionResultMessage.from(call, ToolCaller.PRICE))
                            .toolSpecifications(QUOTE)
                            .build());
            assertThat(told.aiMessage().text()).isEqualTo("It is " + ToolCaller.PRICE);
            assertThat(caller.heard.take().toolsJson())
                    .hasValueSatisfying(
                            json -> assertThat(json).contains("\"name\":\"quote\"", "\"required\":[\"symbol\"]"));
            caller.heard.take();
            assertThat(caller.heard.take().messages().get(1).toolCalls())
                    .singleElement()
                    .satisfies(sent -> assertThat(sent.name()).isEqualTo("quote"));
        }
    }

    @Test
    void theModelReadsWhatToolsThereAre(@TempDir Path folder) throws Exception {
        ChatRequest.Builder question = ChatRequest.builder().messages(UserMessage.from("What is AAPL?"));
        try (TestServer tools = TestServer.overAModelWithTools(folder)) {
            ChatResponse without = chatModel(tools).build().chat(question.build());

            ChatResponse with = chatModel(tools)
                    .build()
                    .chat(question.toolSpecifications(QUOTE).build());

            assertThat(with.tokenUsage().inputTokenCount())
                    .isGreaterThan(without.tokenUsage().inputTokenCount() + TOOL_TOKENS);
        }
    }

    @Test
    void aModelIsDeleted(@TempDir Path folder) throws Exception {
        try (TestServer own = TestServer.overAModelWithTools(folder)) {
            OllamaModels models =
                    OllamaModels.builder().baseUrl(own.url()).timeout(PATIENCE).build();

            models.deleteModel(MODEL);

            assertThat(models.availableModels().content()).isEmpty();
        }
    }

    @Test
    void textsHaveVectors() {
        OllamaEmbeddingModel model = OllamaEmbeddingModel.builder()
                .baseUrl(server.url())
                .modelName(MODEL)
                .timeout(PATIENCE)
                .maxRetries(0)
                .build();

        List<Embedding> both = model.embedAll(List.of(TextSegment.from(TEXTS[0]), TextSegment.from(TEXTS[1])))
                .content();
        Embedding one = model.embed(TEXTS[0]).content();

        assertThat(both)
                .hasSize(2)
                .allSatisfy(vector -> assertThat(vector.dimension()).isEqualTo(576));
        assertThat(one.vector()[0]).isCloseTo(both.getFirst().vector()[0], Offset.offset(1e-4f));
    }

    @Test
    void aMissingModelIsItsOwnExceptionWholeAndInPieces() {
        assertThatThrownBy(() -> chatModel(server).modelName(MISSING).build().chat("Hi"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("model '" + MISSING + "' not found");

        Pieces pieces = new Pieces();
        streamingChatModel(server).modelName(MISSING).build().chat("Hi", pieces);
        assertThat(pieces.whole)
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(ModelNotFoundException.class);
    }

    private static OllamaChatModel.OllamaChatModelBuilder chatModel(TestServer server) {
        return OllamaChatModel.builder()
                .baseUrl(server.url())
                .modelName(MODEL)
                .temperature(0.0)
                .seed(7)
                .numPredict(TOKENS)
                .timeout(PATIENCE)
                .maxRetries(0);
    }

    private static OllamaStreamingChatModel.OllamaStreamingChatModelBuilder streamingChatModel(TestServer server) {
        return OllamaStreamingChatModel.builder()
                .baseUrl(server.url())
                .modelName(MODEL)
                .temperature(0.0)
                .seed(7)
                .numPredict(TOKENS)
                .timeout(PATIENCE);
    }

    private static final class Pieces implements StreamingChatResponseHandler {

        final StringBuffer text = new StringBuffer();
        final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String piece) {
            text.append(piece);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            whole.completeExceptionally(error);
        }
    }
}
