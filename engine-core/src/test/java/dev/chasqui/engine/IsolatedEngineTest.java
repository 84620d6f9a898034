package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.api.Urgency;
import dev.chasqui.store.Catalogue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The engine in a process of its own does what the engine in this JVM does, over the real default model.
@Timeout(120)
class IsolatedEngineTest {

    private static final String QUESTION = "Name three colours of the sky, and say when each is seen.";
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"action\":{\"enum\":[\"BUY\",\"SELL\"]},"
                    + "\"confidence\":{\"type\":\"number\"}},\"required\":[\"action\",\"confidence\"]}";

    private static Engine here;
    private static Engine apart;
    private static String model;

    @BeforeAll
    static void openBoth() {
        Path file = Catalogue.standard().file("smollm2:135m", Progress.NONE);
        EngineConfig config = EngineConfig.fromEnvironment(Map.of());
        here = Engine.open(file, config.withIsolation(Isolation.NONE));
        apart = Engine.open(file, config.withIsolation(Isolation.PROCESS));
        model = here.models().getFirst().name();
    }

    @AfterAll
    static void closeBoth() {
        here.close();
        apart.close();
    }

    @Test
    void aPromptIsCompletedWithTheSameWords() {
        Answer answer = same(engine ->
                engine.generate(raw(QUESTION, 1).withSettings(exact(24))).answer());

        assertThat(answer.summary().evalTokens()).isEqualTo(24);
        assertThat(answer.summary().reason()).isEqualTo(DoneReason.LENGTH);
        assertThat(answer.summary().context()).isEmpty();
    }

    @Test
    void aConversationStreamsTheSamePieces() {
        Settings settings = exact(16).withTopLogprobs(2);
        ChatRequest chat = ChatRequest.of(model, Message.system("Be brief."), Message.user(QUESTION))
                .withSettings(settings);
        Function<Engine, List<Chunk>> pieces = engine -> {
            List<Chunk> all = new ArrayList<>();
            try (Generation generation = engine.chat(chat)) {
                generation.forEach(all::add);
            }
            return all;
        };

        List<Chunk> apartPieces = pieces.apply(apart);

        assertThat(apartPieces).hasSizeGreaterThan(5);
        assertThat(texts(apartPieces)).isEqualTo(texts(pieces.apply(here)));
        assertThat(apartPieces.getFirst().logprobs().getFirst().top()).hasSize(2);
    }

    @Test
    void theContextOfAnAnswerComesBackAndIsTaken() {
        Answer answer = same(
                engine -> engine.generate(GenerateRequest.of(model, "Hello").withSettings(exact(6)))
                        .answer());
        assertThat(answer.summary().context()).isNotEmpty();

        same(engine -> engine.generate(GenerateRequest.of(model, "And then?")
                        .withContext(answer.summary().context())
                        .withSettings(exact(6)))
                .answer());
    }

    @Test
    void anAnswerKeepsToItsFormat() {
        Answer answer = same(engine -> engine.chat(ChatRequest.of(model, Message.user("AAPL is up. BUY or SELL?"))
                        .withSettings(exact(40).withFormat(SCHEMA)))
                .answer());

        assertThat(answer.text()).contains("\"action\"");
    }

    @Test
    void labelsAreScoredAlike() {
        Answer answer = same(engine -> engine.generate(GenerateRequest.of(model, "The capital of France is")
                        .asRaw()
                        .withSettings(greedy(1).withChoices("London", "Paris")))
                .answer());

        assertThat(answer.text()).isEqualTo("Paris");
        assertThat(answer.summary().choices().orElseThrow().all()).hasSize(2);
    }

    @Test
    void vectorsAreTheSame() {
        EmbedRequest request = EmbedRequest.of(model, "market", "weather");

        List<float[]> vectors = apart.embed(request).vectors();

        assertThat(vectors).hasSize(2);
        assertThat(vectors.get(1)).containsExactly(here.embed(request).vectors().get(1), within(1e-3f));
    }

    @Test
    void tokensTextsAndPlansAreTheSame() {
        String odd = "Grüße \uD83D\uDE00 \uD800 \u0000 end";
        assertThat(apart.tokenize(model, odd, true, true)).isEqualTo(here.tokenize(model, odd, true, true));
        assertThat(apart.detokenize(model, 1, 2, 300)).isEqualTo(here.detokenize(model, 1, 2, 300));
        assertThat(apart.render(GenerateRequest.of(model, odd))).isEqualTo(here.render(GenerateRequest.of(model, odd)));
        assertThat(apart.render(ChatRequest.of(model, Message.user("Hi"))))
                .isEqualTo(here.render(ChatRequest.of(model, Message.user("Hi"))));
        assertThat(apart.plan(model, Options.NONE).memory())
                .isEqualTo(here.plan(model, Options.NONE).memory());
    }

    @Test
    void whatIsRefusedIsRefusedInTheSameWords() {
        List<Function<Engine, Object>> wrong = List.of(
                engine -> engine.generate(GenerateRequest.of("nobody", "Hi")),
                engine -> engine.detokenize(model, 999_999),
                engine -> engine.generate(raw("x", 1).withSettings(greedy(1).withFormat("{\"type\":7}"))),
                engine ->
                        engine.embed(EmbedRequest.of(model, "x ".repeat(20_000)).withTruncate(false)),
                engine -> engine.pin(" ", raw("tape", 1)));

        for (Function<Engine, Object> call : wrong) {
            BackendException expected = refusal(() -> call.apply(here));
            BackendException actual = refusal(() -> call.apply(apart));
            assertThat(actual).hasMessage(expected.getMessage());
            assertThat(actual.kind()).isEqualTo(expected.kind());
        }
    }

    @Test
    void aPinIsThereUntilItIsClosed() {
        String tape = "AAPL 191.2 up, MSFT 402.5 down, NVDA 880.1 up. ".repeat(10);
        try (PinnedContext pinned = apart.pin("tape", raw(tape, 1))) {
            Summary cost = apart.generate(raw(tape + "Buy?", 2)).answer().summary();

            assertThat(pinned.tokens()).isGreaterThan(100);
            assertThat(cost.cachedTokens()).isGreaterThanOrEqualTo(pinned.tokens() - 2);
            assertThat(pinnedCells()).isEqualTo(pinned.tokens());
        }
        assertThat(pinnedCells()).isZero();
    }

    @Test
    void closingAnAnswerEndsItInTheOtherProcess() {
        long before = cancelled();
        try (Generation endless = apart.generate(raw("Count: 1, 2, 3,", 100_000))) {
            endless.iterator().next();
        }

        while (cancelled() == before) Thread.onSpinWait();
        assertThat(running()).isZero();
    }

    @Test
    void whoWaitsHearsThatItWasClosedByAnother() throws Exception {
        Generation endless = apart.generate(raw("Count: 1, 2, 3,", 100_000));
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> heard = CompletableFuture.supplyAsync(() -> {
            Iterator<Chunk> chunks = endless.iterator();
            chunks.next();
            begun.countDown();
            try {
                while (chunks.hasNext()) chunks.next();
                return new AssertionError("it ended silently");
            } catch (BackendException e) {
                return e;
            }
        });
        begun.await();

        endless.close();

        assertThat(heard.get()).hasMessage("the generation was closed before its end");
    }

    @Test
    void aSlowReaderKeepsNobodyWaiting() {
        try (Generation slow = apart.generate(raw("Count: 1, 2, 3,", 150))) {
            Iterator<Chunk> pieces = slow.iterator();
            pieces.next();
            while (running() > 0) Thread.onSpinWait(); // all 150 are made, 64 of them are here

            assertThat(apart.generate(raw("Others:", 3)).answer().summary().evalTokens())
                    .isEqualTo(3);
            int taken = 1;
            while (pieces.hasNext()) {
                pieces.next();
                taken++;
            }
            assertThat(taken).isGreaterThan(64);
            assertThat(slow.summary().evalTokens()).isEqualTo(150);
        }
    }

    @Test
    void aDeadlineCutsTheAnswerAndANewerRequestSupersedesAnOlder() {
        GenerateRequest hurried = raw("Count: 1, 2, 3,", 1)
                .withSettings(greedy(100_000).withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(1_500))));
        try {
            assertThat(apart.generate(hurried).answer().summary().reason()).isEqualTo(DoneReason.LENGTH);
        } catch (BackendException e) {
            assertThat(e.kind()).isEqualTo(Kind.TOO_LATE); // on a machine that cannot make a token in that time
        }

        Settings superseded = greedy(100_000).withUrgency(Urgency.NONE.superseding("AAPL"));
        try (Generation old = apart.generate(raw("Count: 1, 2, 3,", 1).withSettings(superseded));
                Generation fresh = apart.generate(raw("Count: 1, 2, 3,", 1).withSettings(superseded))) {
            assertThatThrownBy(old::answer).hasMessageContaining("superseded");
            assertThat(fresh.iterator().hasNext()).isTrue();
        }
    }

    @Test
    void aThreadThatIsInterruptedGivesItsRequestUp() {
        Thread.currentThread().interrupt();

        assertThat(refusal(() -> apart.embed(EmbedRequest.of(model, "x"))).kind())
                .isEqualTo(Kind.CANCELLED);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(apart.generate(raw("Still there?", 2)).answer().summary().evalTokens())
                .isEqualTo(2);
    }

    @Test
    void aModelIsLoadedListedAndUnloaded() {
        apart.generate(GenerateRequest.of(model, "")).answer();
        assertThat(apart.running())
                .singleElement()
                .satisfies(one -> assertThat(one.name()).isEqualTo(model));
        assertThat(apart.running().getFirst().traits())
                .isEqualTo(here.models().getFirst().traits());

        Summary end = apart.generate(
                        GenerateRequest.of(model, "").withSettings(Settings.DEFAULT.withKeepAlive(KeepAlive.UNLOAD)))
                .answer()
                .summary();

        assertThat(end.reason()).isEqualTo(DoneReason.UNLOAD);
        assertThat(apart.running()).isEmpty();
        assertThat(apart.obstacles()).isEmpty();
    }

    @Test
    void aClosedEngineTakesNothing() {
        Engine closed = Engine.open(
                Catalogue.standard().file("smollm2:135m", Progress.NONE),
                EngineConfig.fromEnvironment(Map.of()).withIsolation(Isolation.PROCESS));
        closed.close();
        closed.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> closed.generate(raw("Hi", 1)))
                .withMessage("the engine is closed");
        assertThat(closed.running()).isEmpty();
        assertThat(closed.obstacles()).containsExactly("the engine is closed");
    }

    private static Answer same(Function<Engine, Answer> call) {
        Answer there = call.apply(apart);
        Answer expected = call.apply(here);
        assertThat(there.text()).isNotEmpty().isEqualTo(expected.text());
        assertThat(there.logprobs()).isEqualTo(expected.logprobs());
        assertThat(there.summary().promptTokens()).isEqualTo(expected.summary().promptTokens());
        assertThat(there.summary().reason()).isEqualTo(expected.summary().reason());
        assertThat(there.summary().context()).isEqualTo(expected.summary().context());
        assertThat(there.summary().choices()).isEqualTo(expected.summary().choices());
        return there;
    }

    private static BackendException refusal(Runnable call) {
        try {
            call.run();
        } catch (BackendException e) {
            return e;
        }
        throw new AssertionError("it was not refused");
    }

    private static List<String> texts(List<Chunk> chunks) {
        return chunks.stream().map(Chunk::text).toList();
    }

    private static int running() {
        return apart.statistics().models().stream()
                .mapToInt(each -> each.requests().running())
                .sum();
    }

    private static int pinnedCells() {
        return apart.statistics().models().stream()
                .mapToInt(each -> each.requests().pinnedCells())
                .sum();
    }

    private static long cancelled() {
        return apart.statistics().models().stream()
                .mapToLong(each -> each.requests().cancelled())
                .sum();
    }

    private static GenerateRequest raw(String prompt, int tokens) {
        return GenerateRequest.of(model, prompt).asRaw().withSettings(greedy(tokens));
    }

    /// So that two engines draw the same tokens, whatever else they compute.
    private static Settings exact(int tokens) {
        Settings greedy = greedy(tokens);
        return greedy.withOptions(greedy.options().with(Option.EXACT, true).with(Option.NUM_CTX, 1024));
    }

    private static Settings greedy(int tokens) {
        return Settings.DEFAULT.withOptions(
                Options.parse(Map.of("temperature", 0, "num_predict", tokens, "num_ctx", 4096)));
    }
}
