package dev.chasqui.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.Urgency;
import dev.chasqui.langchain4j.ScriptedBackend.Said;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ChasquiModelsTest {

    private static final String QUESTION = "What is the capital of Germany?";

    /// Takes minutes to say.
    private static final ResponseFormat ENDLESS = ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder()
                    .name("Numbers")
                    .rootElement(JsonRawSchema.from("""
                            {"type": "array", "minItems": 1000, "items":
                              {"const": "fifty characters, so that all of it is a long text"}}"""))
                    .build())
            .build();

    private final ScriptedBackend scripted = new ScriptedBackend(KnowingModel::answer);

    @Test
    void whatTheModelIsSetToReachesTheBackend() throws Exception {
        Urgency urgent = Urgency.NONE.withDeadline(Duration.ofSeconds(30)).withPriority(7);
        ChasquiChatModel.builder()
                .backend(scripted)
                .modelName("m")
                .temperature(0.5)
                .topP(0.9)
                .topK(20)
                .maxOutputTokens(50)
                .stopSequences("END")
                .seed(7)
                .numCtx(2048)
                .option(Option.MIN_P, 0.05)
                .think(Think.OFF)
                .topLogprobs(2)
                .defaultRequestParameters(ChasquiChatRequestParameters.builder()
                        .frequencyPenalty(0.1)
                        .presencePenalty(0.2)
                        .urgency(urgent)
                        .keepAlive(KeepAlive.FOREVER)
                        .onLength(OnLength.CLOSE)
                        .build())
                .build()
                .chat(QUESTION);

        ChatRequest heard = scripted.heard.take();

        assertThat(heard.model()).isEqualTo("m");
        assertThat(heard.settings().options())
                .isEqualTo(Options.parse(Map.of(
                        "temperature",
                        0.5,
                        "top_p",
                        0.9,
                        "top_k",
                        20,
                        "num_predict",
                        50,
                        "stop",
                        "END",
                        "seed",
                        7,
                        "num_ctx",
                        2048,
                        "min_p",
                        0.05,
                        "frequency_penalty",
                        0.1,
                        "presence_penalty",
                        0.2)));
        assertThat(heard.settings().think()).isEqualTo(Think.OFF);
        assertThat(heard.settings().topLogprobs()).contains(2);
        assertThat(heard.settings().urgency()).isEqualTo(urgent);
        assertThat(heard.settings().keepAlive()).contains(KeepAlive.FOREVER);
        assertThat(heard.settings().onLength()).isEqualTo(OnLength.CLOSE);
    }

    @Test
    void aRequestChangesOnlyWhatItSets() throws Exception {
        ChasquiChatModel model = ChasquiChatModel.builder()
                .backend(scripted)
                .modelName("m")
                .seed(7)
                .numCtx(2048)
                .think(Think.OFF)
                .timeout(Duration.ofSeconds(30))
                .build();
        ask(model, ChatRequestParameters.builder().temperature(0.1).build());
        ask(
                model,
                ChasquiChatRequestParameters.builder()
                        .option(Option.SEED, 8)
                        .urgency(Urgency.NONE.withPriority(7))
                        .build());

        ChatRequest plain = scripted.heard.take();
        ChatRequest own = scripted.heard.take();

        assertThat(plain.settings().options())
                .isEqualTo(Options.parse(Map.of("seed", 7, "num_ctx", 2048, "temperature", 0.1)));
        assertThat(own.settings().options()).isEqualTo(Options.parse(Map.of("seed", 8, "num_ctx", 2048)));
        assertThat(own.settings().think()).isEqualTo(Think.OFF);
        assertThat(own.settings().urgency())
                .isEqualTo(Urgency.NONE.withPriority(7).withDeadline(Duration.ofSeconds(30)));
    }

    @Test
    void aValueOutsideItsRangeIsAnInvalidRequest() {
        ChasquiChatModel model = ChasquiChatModel.builder()
                .backend(scripted)
                .modelName("m")
                .topP(1.5)
                .build();

        assertThatThrownBy(() -> model.chat(QUESTION))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessage("option \"top_p\" is 1.5; expected in [0, 1]");
    }

    private static ChatResponse ask(ChasquiChatModel model, ChatRequestParameters parameters) {
        return model.chat(dev.langchain4j.model.chat.request.ChatRequest.builder()
                .messages(UserMessage.from(QUESTION))
                .parameters(parameters)
                .build());
    }

    @Test
    void thoughtsComeApartAndGoBackWithTheConversation() throws Exception {
        ScriptedBackend thinker = new ScriptedBackend(_ -> new Said("Rates first.", "Buy two.", List.of()));
        ChasquiChatModel model =
                ChasquiChatModel.builder().backend(thinker).modelName("m").build();

        AiMessage first = model.chat(SystemMessage.from("Be brief."), UserMessage.from("Now?"))
                .aiMessage();
        model.chat(UserMessage.from("Now?"), first, UserMessage.from("Why?"));
        Pieces pieces = new Pieces();
        streaming(thinker).chat("Now?", pieces);
        pieces.whole.get(60, TimeUnit.SECONDS);

        assertThat(first.text()).isEqualTo("Buy two.");
        assertThat(first.thinking()).isEqualTo("Rates first.");
        assertThat(pieces.heard).hasToString("(Rates first.)Buy two.");
        assertThat(thinker.heard.take().messages()).extracting(Message::role).containsExactly("system", "user");
        assertThat(thinker.heard.take().messages().get(1).thinking()).isEqualTo("Rates first.");
    }

    @ParameterizedTest
    @EnumSource(BackendException.Kind.class)
    void everyKindOfFailureHasItsTypeWholeAndInPieces(BackendException.Kind kind) {
        BackendException failure = new BackendException(kind, "what went wrong");
        Class<? extends Exception> expected = switch (kind) {
            case INVALID -> InvalidRequestException.class;
            case NOT_FOUND -> ModelNotFoundException.class;
            case OVERLOADED -> RateLimitException.class;
            case TOO_LATE -> TimeoutException.class;
            case INCOMPLETE, CANCELLED -> NonRetriableException.class;
            case UNREACHABLE -> UnresolvedModelServerException.class;
            case FAILED -> InternalServerException.class;
        };
        ScriptedBackend failing = ScriptedBackend.failing(failure);
        Pieces pieces = new Pieces();

        streaming(failing).chat(QUESTION, pieces);

        assertThatThrownBy(() -> ChasquiChatModel.builder()
                        .backend(failing)
                        .modelName("m")
                        .build()
                        .chat(QUESTION))
                .isExactlyInstanceOf(expected)
                .hasMessage("what went wrong")
                .hasCause(failure);
        assertThat(pieces.whole.handle((_, error) -> error).join())
                .isExactlyInstanceOf(expected)
                .hasCause(failure);
    }

    @Test
    void aCancelledAnswerIsClosedAndSilent() throws Exception {
        Pieces pieces = new Pieces();
        pieces.most = 2;

        streaming(scripted).chat(QUESTION, pieces);

        assertThat(scripted.closed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(pieces.heard).hasToString("Berlin is ");
        assertThat(pieces.whole).isNotDone();
    }

    @Test
    void cancellingOverHttpMakesTheEngineStop() throws Exception {
        try (RealBackends real = new RealBackends()) {
            Pieces pieces = new Pieces();
            pieces.most = 1;
            ChasquiStreamingChatModel.builder()
                    .backend(real.http)
                    .modelName(RealBackends.MODEL)
                    .numCtx(8192)
                    .responseFormat(ENDLESS)
                    .build()
                    .chat("Write down all the numbers there are.", pieces);

            pieces.cancelled.get(60, TimeUnit.SECONDS);

            while (running(real) > 0) Thread.yield(); // or the test's time is up
        }
    }

    private static int running(RealBackends real) {
        return real.engine.statistics().models().getFirst().requests().running();
    }

    @Test
    void theEngineTellsHowLikelyEachTokenWas() {
        try (RealBackends real = new RealBackends()) {
            ChatResponse response = ChasquiChatModel.builder()
                    .backend(real.engine)
                    .modelName(RealBackends.MODEL)
                    .temperature(0)
                    .maxOutputTokens(3)
                    .topLogprobs(2)
                    .build()
                    .chat(UserMessage.from(QUESTION));

            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(response.metadata()).isInstanceOfSatisfying(ChasquiChatResponseMetadata.class, told -> {
                assertThat(told.logprobs()).hasSize(3).allSatisfy(token -> {
                    assertThat(token.logprob()).isLessThanOrEqualTo(0);
                    assertThat(token.top()).hasSize(2);
                });
                assertThat(told.logprobs().stream().map(TokenLogprob::token))
                        .containsSubsequence(
                                response.aiMessage().text().split("(?<= )")[0].strip());
                assertThat(told.summary().total()).isPositive();
                assertThat(told.toBuilder().build()).isEqualTo(told);
            });
        }
    }

    @Test
    void aTimeoutIsTheRequestsDeadline() {
        try (RealBackends real = new RealBackends()) {
            ChasquiChatModel model = ChasquiChatModel.builder()
                    .backend(real.engine)
                    .modelName(RealBackends.MODEL)
                    .timeout(Duration.ofNanos(1))
                    .build();

            assertThatThrownBy(() -> model.chat(QUESTION)).isExactlyInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> ChasquiChatModel.builder().modelName("m").build())
                .hasMessageContaining("backend is not set");
        assertThatThrownBy(() ->
                        ChasquiStreamingChatModel.builder().backend(scripted).build())
                .hasMessageContaining("modelName is not set");
        assertThatThrownBy(() -> ChasquiEmbeddingModel.builder().modelName("m").build())
                .hasMessageContaining("backend is not set");
    }

    private static ChasquiStreamingChatModel streaming(ScriptedBackend backend) {
        return ChasquiStreamingChatModel.builder()
                .backend(backend)
                .modelName("m")
                .build();
    }

    /// Notes what comes, thoughts in brackets, and cancels after the most pieces it may hear.
    private static final class Pieces implements StreamingChatResponseHandler {

        final StringBuffer heard = new StringBuffer();
        final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        int most = Integer.MAX_VALUE;

        @Override
        public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
            heard.append(piece.text());
            if (--most == 0) {
                context.streamingHandle().cancel();
                cancelled.complete(context.streamingHandle().isCancelled());
            }
        }

        @Override
        public void onPartialThinking(PartialThinking piece) {
            heard.append('(').append(piece.text()).append(')');
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            whole.completeExceptionally(error);
            cancelled.completeExceptionally(error);
        }
    }
}
