package dev.chasqui.springai;

import static dev.chasqui.springai.RealBackends.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/// The default model in the engine, and the same over HTTP.
@Timeout(120)
class SpringAiModelsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Prompt QUESTION = new Prompt("What is the capital of France?");

    enum Side {
        BUY,
        SELL,
        HOLD
    }

    record Decision(Side side, boolean urgent) {}

    private static RealBackends real;

    @BeforeAll
    static void start() {
        real = new RealBackends();
    }

    @AfterAll
    static void stop() {
        real.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerComesWholeAndInPieces(boolean http) {
        ChasquiChatModel model =
                chatModel(http, options().maxTokens(12).topLogprobs(1).build());

        ChatResponse whole = model.call(QUESTION);
        List<ChatResponse> pieces =
                Objects.requireNonNull(model.stream(QUESTION).collectList().block(PATIENCE));

        assertThat(textOf(whole)).isNotBlank();
        assertThat(pieces).hasSizeGreaterThan(2);
        assertThat(pieces.stream().map(SpringAiModelsTest::textOf).collect(Collectors.joining()))
                .isEqualTo(textOf(whole));
        assertThat(List.of(whole, pieces.getLast())).allSatisfy(end -> {
            assertThat(end.getMetadata().getModel()).isEqualTo(MODEL);
            assertThat(end.getMetadata().getUsage().getPromptTokens()).isPositive();
            assertThat(end.getMetadata().getUsage().getCompletionTokens()).isBetween(1, 12);
            assertThat(end.getResult().getMetadata().getFinishReason()).isIn("stop", "length");
            Summary summary = end.getMetadata().get(ChasquiChatModel.SUMMARY);
            assertThat(Objects.requireNonNull(summary).total()).isPositive();
        });
        List<TokenLogprob> likely = whole.getResult().getMetadata().get(ChasquiChatModel.LOGPROBS);
        assertThat(likely).isNotEmpty().allMatch(token -> token.top().size() == 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSchemaShapesTheAnswer(boolean http) {
        ChatClient client =
                ChatClient.create(chatModel(http, options().maxTokens(100).build()));

        Decision decision = client.prompt("AAPL rose by 2 %. What do we do?")
                .call()
                .entity(Decision.class, entity -> entity.useProviderStructuredOutput());

        assertThat(decision.side()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavingAStreamFreesTheModel(boolean http) {
        ChasquiChatModel model =
                chatModel(http, options().numCtx(8192).outputSchema("""
                        {"type": "array", "minItems": 1000, "items":
                          {"const": "fifty characters, so that all of it is a long text"}}""").build());

        List<ChatResponse> some = model.stream(QUESTION).take(3).collectList().block(PATIENCE);

        assertThat(some).hasSize(3);
        while (real.engine.statistics().models().getFirst().requests().running() > 0) {
            Thread.yield(); // or the test's time is up
        }
    }

    @Test
    void aFailureIsTheBackendsOwn() {
        ChasquiChatModel missing =
                chatModel(false, options().model("no-such-model:9b").build());
        ChasquiChatModel late =
                chatModel(false, options().timeout(Duration.ofNanos(1)).build());

        assertThatThrownBy(() -> missing.call(QUESTION))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.NOT_FOUND));
        assertThatThrownBy(() -> missing.stream(QUESTION).blockLast(PATIENCE)).hasMessageContaining("no-such-model:9b");
        assertThatThrownBy(() -> late.call(QUESTION))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.TOO_LATE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textsHaveVectors(boolean http) {
        ChasquiEmbeddingModel model = ChasquiEmbeddingModel.builder()
                .backend(backend(http))
                .options(ChasquiEmbeddingOptions.of(MODEL).withOptions(Options.NONE.with(Option.NUM_CTX, 512)))
                .build();

        EmbeddingResponse both = model.embedForResponse(List.of("Rates went up.", "A cat sleeps."));
        float[] one = model.embed(new Document("Rates went up."));
        EmbeddingResponse shorter = model.call(new EmbeddingRequest(
                List.of("Rates went up."),
                EmbeddingOptions.builder().dimensions(64).build()));

        assertThat(both.getResults()).hasSize(2);
        assertThat(both.getMetadata().getUsage().getPromptTokens()).isPositive();
        assertThat(both.getMetadata().getModel()).isEqualTo(MODEL);
        assertThat(one[0]).isCloseTo(both.getResults().getFirst().getOutput()[0], Offset.offset(1e-4f));
        assertThat(shorter.getResult().getOutput()).hasSize(64);
        assertThat(model.dimensions()).isEqualTo(576);
    }

    private static ChasquiChatOptions.Builder options() {
        return ChasquiChatOptions.builder().model(MODEL).temperature(0.0);
    }

    private static ChasquiChatModel chatModel(boolean http, ChasquiChatOptions options) {
        return ChasquiChatModel.builder()
                .backend(backend(http))
                .options(options)
                .build();
    }

    private static Backend backend(boolean http) {
        return http ? real.http : real.engine;
    }

    private static String textOf(ChatResponse response) {
        return String.valueOf(response.getResult().getOutput().getText());
    }
}
