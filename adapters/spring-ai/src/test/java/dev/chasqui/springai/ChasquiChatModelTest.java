package dev.chasqui.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.Urgency;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.tool.function.FunctionToolCallback;
import reactor.core.publisher.BaseSubscriber;

/// What goes to a backend and how its answers come back, without a model.
@Timeout(60)
class ChasquiChatModelTest {

    private static final ChasquiChatOptions NAMED =
            ChasquiChatOptions.builder().model("m").build();

    /// What the tool is asked for.
    record Wanted(String symbol, int depth) {}

    @Test
    void everyOptionReachesTheBackend() throws Exception {
        ScriptedChats chats = ScriptedChats.saying("Yes.");
        Urgency urgent = Urgency.NONE.withDeadline(Duration.ofSeconds(30)).withPriority(7);
        ChasquiChatOptions all = ChasquiChatOptions.builder()
                .model("m")
                .temperature(0.5)
                .topP(0.9)
                .topK(20)
                .maxTokens(50)
                .stopSequences(List.of("END"))
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .seed(7)
                .numCtx(2048)
                .option(Option.MIN_P, 0.05)
                .outputSchema("\"json\"")
                .think(Think.OFF)
                .toolChoice(ToolChoice.NONE)
                .topLogprobs(2)
                .urgency(urgent)
                .keepAlive(KeepAlive.FOREVER)
                .onLength(OnLength.CLOSE)
                .build();

        model(chats, all).call("Buy?");

        ChatRequest heard = chats.heard.take();
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
                                "frequency_penalty",
                                0.1,
                                "presence_penalty",
                                0.2,
                                "seed",
                                7,
                                "num_ctx",
                                2048))
                        .with(Option.MIN_P, 0.05));
        assertThat(heard.settings().format()).contains("\"json\"");
        assertThat(heard.settings().think()).isEqualTo(Think.OFF);
        assertThat(heard.toolChoice()).isEqualTo(ToolChoice.NONE);
        assertThat(heard.settings().topLogprobs()).contains(2);
        assertThat(heard.settings().urgency()).isEqualTo(urgent);
        assertThat(heard.settings().keepAlive()).contains(KeepAlive.FOREVER);
        assertThat(heard.settings().onLength()).isEqualTo(OnLength.CLOSE);
        assertThat(all.mutate().build()).isEqualTo(all);
    }

    @Test
    void aPromptChangesOnlyWhatItSets() throws Exception {
        ScriptedChats chats = ScriptedChats.saying("Yes.");
        ChasquiChatModel model = model(
                chats,
                NAMED.mutate()
                        .seed(7)
                        .stopSequences(List.of("END"))
                        .think(Think.OFF)
                        .build());

        model.call(new Prompt("Buy?", ChatOptions.builder().temperature(0.1).build()));
        model.call(new Prompt(
                "Buy?",
                ChasquiChatOptions.builder()
                        .model("other")
                        .seed(8)
                        .stopSequences(List.of("."))
                        .build()));

        ChatRequest plain = chats.heard.take();
        ChatRequest own = chats.heard.take();
        assertThat(plain.model()).isEqualTo("m");
        assertThat(plain.settings().options())
                .isEqualTo(Options.parse(Map.of("seed", 7, "temperature", 0.1, "stop", "END")));
        assertThat(own.model()).isEqualTo("other");
        assertThat(own.settings().options()).isEqualTo(Options.parse(Map.of("seed", 8, "stop", ".")));
        assertThat(own.settings().think()).isEqualTo(Think.OFF);
    }

    @Test
    void aPromptWithoutAnyModelIsRefused() {
        ScriptedChats chats = ScriptedChats.saying("Yes.");

        assertThatThrownBy(
                        () -> model(chats, ChasquiChatOptions.builder().build()).call("Buy?"))
                .hasMessageContaining("model is not set");
    }

    @Test
    void noPieceIsTakenBeforeItIsAskedFor() throws Exception {
        ScriptedChats chats = ScriptedChats.saying("Buy", " two", " now", ".");
        Slow slow = new Slow();

        model(chats, NAMED).stream(new Prompt("Buy?")).subscribe(slow);
        slow.begun.get(60, TimeUnit.SECONDS);
        assertThat(chats.taken).hasValue(0);
        slow.request(1);
        slow.first.get(60, TimeUnit.SECONDS);

        assertThat(chats.taken).hasValue(1);
        assertThat(chats.closed.getCount()).isOne();
        slow.cancel();
        assertThat(chats.closed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(chats.taken).hasValue(1);
    }

    /// Asks for nothing by itself.
    private static final class Slow extends BaseSubscriber<ChatResponse> {
        final CompletableFuture<Boolean> begun = new CompletableFuture<>();
        final CompletableFuture<ChatResponse> first = new CompletableFuture<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            begun.complete(true);
        }

        @Override
        protected void hookOnNext(ChatResponse piece) {
            first.complete(piece);
        }
    }

    @Test
    void thoughtsComeApartAndGoBackWithTheConversation() throws Exception {
        ScriptedChats chats = new ScriptedChats(
                _ -> List.of(new Chunk("", "Rates first.", List.of(), List.of()), Chunk.ofText("Buy two.")));
        ChasquiChatModel model = model(chats, NAMED);

        AssistantMessage said = model.call(new Prompt(new SystemMessage("Be brief."), new UserMessage("Now?")))
                .getResult()
                .getOutput();
        model.call(new Prompt(new UserMessage("Now?"), said, new UserMessage("Why?")));

        assertThat(said.getText()).isEqualTo("Buy two.");
        assertThat(said.getMetadata()).containsEntry(ChasquiChatModel.THINKING, "Rates first.");
        assertThat(chats.heard.take().messages()).extracting(Message::role).containsExactly("system", "user");
        assertThat(chats.heard.take().messages().get(1).thinking()).isEqualTo("Rates first.");
    }

    @Test
    void aClientCallsTheToolAndTheModelReadsItsResult() throws Exception {
        ScriptedChats chats = new ScriptedChats(request -> {
            Message last = request.messages().getLast();
            if (last.role().equals("tool")) return List.of(Chunk.ofText("It is "), Chunk.ofText(last.content()));
            ToolCall call = new ToolCall("call_1", "quote", "{\"symbol\":\"AAPL\",\"depth\":3}");
            return List.of(new Chunk("", "", List.of(call), List.of()));
        });
        ChatClient client = ChatClient.create(model(chats, NAMED));

        String answer = client.prompt()
                .user("What is AAPL?")
                .tools(FunctionToolCallback.builder("quote", (Wanted wanted) -> 100.25 + wanted.depth())
                        .description("The last price")
                        .inputType(Wanted.class)
                        .build())
                .call()
                .content();

        assertThat(answer).isEqualTo("It is 103.25");
        assertThat(chats.heard.take().toolsJson())
                .hasValueSatisfying(json -> assertThat(json)
                        .contains("\"name\":\"quote\"", "\"description\":\"The last price\"", "\"depth\""));
        ChatRequest told = chats.heard.take();
        assertThat(told.messages().get(1).toolCalls())
                .singleElement()
                .satisfies(call -> assertThat(call.argumentsJson()).contains("AAPL"));
        assertThat(told.messages().get(2).toolCallId()).isEqualTo("call_1");
        assertThat(told.messages().get(2).toolName()).isEqualTo("quote");
    }

    @Test
    void callsAndStreamsAreObserved() {
        ObservationRegistry registry = ObservationRegistry.create();
        List<ChatModelObservationContext> seen = new CopyOnWriteArrayList<>();
        registry.observationConfig().observationHandler(new ObservationHandler<ChatModelObservationContext>() {
            @Override
            public void onStop(ChatModelObservationContext context) {
                seen.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof ChatModelObservationContext;
            }
        });
        ChasquiChatModel model = ChasquiChatModel.builder()
                .backend(ScriptedChats.saying("Buy", " two.").backend())
                .options(NAMED)
                .observationRegistry(registry)
                .build();

        model.call(new Prompt("Buy?"));
        model.stream(new Prompt("Buy?")).blockLast(Duration.ofSeconds(60));

        assertThat(seen).hasSize(2).allSatisfy(context -> {
            assertThat(context.getName()).isEqualTo("gen_ai.client.operation");
            assertThat(context.getLowCardinalityKeyValue("gen_ai.request.model").getValue())
                    .isEqualTo("m");
            assertThat(context.getResponse().getResult().getOutput().getText()).isEqualTo("Buy two.");
            assertThat(context.getResponse().getMetadata().getUsage().getTotalTokens())
                    .isEqualTo(25);
        });
    }

    private static ChasquiChatModel model(ScriptedChats chats, ChasquiChatOptions options) {
        return ChasquiChatModel.builder()
                .backend(chats.backend())
                .options(options)
                .build();
    }
}
