package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Urgency;
import dev.chasqui.store.Catalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Future.State;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Vectors of the real default model, which was made for answers.
@Timeout(180)
class EmbedTest {

    private static final int WIDTH = 576;

    private static final List<String> HEADLINES = List.of(
            "The central bank raised interest rates by a quarter point on Wednesday.",
            "Interest rates went up a quarter of a point, the central bank said on Wednesday.",
            "A cat sat on the warm roof and watched the birds.",
            "Oil",
            "Shares of the chip maker fell nine percent after its forecast disappointed investors who had hoped for"
                    + " much more of its new accelerators, of which only few were delivered this quarter.",
            "What is the capital of France?");

    private Engine engine;
    private String model;

    @BeforeEach
    void openTheDefaultModel() {
        engine = Engine.open(Catalogue.standard().file("smollm2:135m", Progress.NONE));
        model = engine.models().getFirst().name();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aTextHasTheSameVectorAloneAndAmongOthers() {
        Embeddings together = embed(HEADLINES);

        for (int i = 0; i < HEADLINES.size(); i++) {
            float[] alone = embed(List.of(HEADLINES.get(i))).vectors().getFirst();
            assertThat(alone).hasSize(WIDTH);
            assertThat(Cosine.of(alone, together.vectors().get(i)))
                    .as(HEADLINES.get(i))
                    .isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void aLongTextHasTheSameVectorAloneAndAmongOthersToo() {
        String text = String.join(" ", HEADLINES).repeat(6); // over 512 tokens, where attention may be split by threads
        float[] alone = embed(List.of(text)).vectors().getFirst();

        List<float[]> together =
                embed(List.of(HEADLINES.get(2), text, HEADLINES.get(4))).vectors();

        assertThat(Cosine.of(alone, together.get(1))).isCloseTo(1, within(1e-5));
    }

    @Test
    void whatMeansTheSameIsCloserThanWhatDoesNot() {
        List<float[]> vectors = embed(HEADLINES).vectors();

        double alike = Cosine.of(vectors.get(0), vectors.get(1));
        double unlike = Cosine.of(vectors.get(0), vectors.get(2));

        assertThat(alike).isGreaterThan(unlike + 0.05);
    }

    @Test
    void vectorsHaveLengthOneAndSayWhatTheyCost() {
        Embeddings embeddings = embed(HEADLINES);

        assertThat(embeddings.vectors()).hasSize(HEADLINES.size());
        embeddings.vectors().forEach(vector -> assertThat(length(vector)).isCloseTo(1, within(1e-6)));
        assertThat(embeddings.promptTokens()).isBetween(60, 120);
        assertThat(embeddings.truncated()).isZero();
        assertThat(embeddings.total()).isGreaterThan(embeddings.load());
        assertThat(embeddings.load()).isPositive();
    }

    @Test
    void fewerDimensionsAreTheFirstOnesAtLengthOne() {
        float[] whole = embed(HEADLINES.subList(0, 1)).vectors().getFirst();

        float[] cut = engine.embed(EmbedRequest.of(model, HEADLINES.getFirst()).withDimensions(64))
                .vectors()
                .getFirst();
        float[] more = engine.embed(EmbedRequest.of(model, HEADLINES.getFirst()).withDimensions(9999))
                .vectors()
                .getFirst();

        assertThat(cut).hasSize(64);
        assertThat(length(cut)).isCloseTo(1, within(1e-6));
        assertThat(Cosine.of(cut, java.util.Arrays.copyOf(whole, 64))).isCloseTo(1, within(1e-6));
        assertThat(more).containsExactly(whole);
    }

    @Test
    void aTextBeyondTheContextIsCutOrRefused() {
        Embeddings beginning = embed(List.of("Shares of the chip maker fell nine percent"));
        EmbedRequest longer = EmbedRequest.of(model, HEADLINES.get(4))
                .withOptions(Options.parse(Map.of("num_ctx", beginning.promptTokens())));

        Embeddings cut = engine.embed(longer);

        assertThat(cut.promptTokens()).isEqualTo(beginning.promptTokens());
        assertThat(cut.truncated()).isOne();
        assertThat(Cosine.of(cut.vectors().getFirst(), beginning.vectors().getFirst()))
                .isCloseTo(1, within(1e-5));
        assertThatThrownBy(() -> engine.embed(longer.withTruncate(false)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessage("the input length exceeds the context length");
    }

    @Test
    void noTextsLoadTheModel() {
        Embeddings none = engine.embed(EmbedRequest.of(model, List.of()));

        assertThat(none.vectors()).isEmpty();
        assertThat(none.promptTokens()).isZero();
        assertThat(engine.running()).hasSize(1);
    }

    @Test
    void whatCannotBeHadIsRefusedByName() {
        assertThatThrownBy(() -> engine.embed(EmbedRequest.of("nobody", "Hi")))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessage("model \"nobody\" not found, try pulling it first");
        assertThatThrownBy(() -> embed(List.of("Hi", "")))
                .hasMessage("input[1] has no tokens; leave it out, or send some text");
        assertThatThrownBy(() -> EmbedRequest.of(model, "Hi").withDimensions(0))
                .hasMessage("dimensions is 0; expected >= 1");
        List<String> millions = java.util.Collections.nCopies(20_000_000, "Hi");
        assertThatThrownBy(() -> engine.embed(EmbedRequest.of(model, millions)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining("input has 20000000 texts; their vectors take 43945 MiB, and at most");
    }

    @Test
    void manyCallersAtOnceEachGetTheirOwn() throws Exception {
        List<float[]> expected = embed(HEADLINES).vectors();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Embeddings>> answers = new ArrayList<>();
            for (int caller = 0; caller < 12; caller++) {
                List<String> mine = List.of(HEADLINES.get(caller % 6), HEADLINES.get((caller + 1) % 6));
                answers.add(callers.submit(() -> embed(mine)));
            }
            for (int caller = 0; caller < 12; caller++) {
                List<float[]> vectors = answers.get(caller).get().vectors();
                assertThat(Cosine.of(vectors.get(0), expected.get(caller % 6))).isCloseTo(1, within(1e-5));
                assertThat(Cosine.of(vectors.get(1), expected.get((caller + 1) % 6)))
                        .isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void anAnswerGoesOnMeanwhileAndSaysTheSame() throws Exception {
        String alone = engine.generate(raw("Count: 1, 2, 3, 4, 5,", 60)).text();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
                Generation answer = engine.generate(raw("Count: 1, 2, 3, 4, 5,", 60))) {
            Iterator<dev.chasqui.api.Chunk> chunks = answer.iterator();
            StringBuilder text = new StringBuilder(chunks.next().text());
            Future<Embeddings> vectors = callers.submit(() -> embed(many(24)));
            int meanwhile = 0;
            while (chunks.hasNext()) {
                text.append(chunks.next().text());
                if (!vectors.isDone()) meanwhile++;
            }

            assertThat(meanwhile)
                    .as("pieces that came while texts were embedded")
                    .isGreaterThan(5);
            assertThat(text.toString()).isEqualTo(alone);
            assertThat(vectors.get().vectors()).hasSize(24);
        }
    }

    @Test
    void interruptingTheCallerStopsTheWork() throws Exception {
        embed(HEADLINES); // measured and loaded
        CountDownLatch begun = new CountDownLatch(1);
        List<Throwable> thrown = new ArrayList<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            begun.countDown();
            try {
                embed(many(2000));
            } catch (BackendException e) {
                thrown.add(e);
            }
        });
        begun.await();

        caller.interrupt();
        caller.join();
        long start = System.nanoTime();
        embed(HEADLINES.subList(3, 4));

        assertThat(thrown)
                .singleElement()
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("nobody waits for who left")
                .isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aRequestThatCannotMakeItsDeadlineIsRefusedWithTheEstimate() {
        embed(HEADLINES);

        assertThatThrownBy(() -> engine.embed(EmbedRequest.of(model, many(200))
                        .withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(200)))))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LATE))
                .hasMessageContaining("deadline");
    }

    @Test
    void ofTwoRequestsWithOneNameTheNewerEndsTheOther() throws Exception {
        Urgency newest = Urgency.NONE.superseding("AAPL");
        embed(HEADLINES);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Embeddings> ask =
                    () -> engine.embed(EmbedRequest.of(model, many(100)).withUrgency(newest));
            List<Future<Embeddings>> both = callers.invokeAll(List.of(ask, ask));

            assertThat(both).extracting(Future::state).containsExactlyInAnyOrder(State.SUCCESS, State.FAILED);
            assertThat(both.stream().filter(one -> one.state() == State.FAILED))
                    .extracting(Future::exceptionNow)
                    .first(InstanceOfAssertFactories.THROWABLE)
                    .hasMessage("a newer request superseded this one for \"AAPL\"");
        }
    }

    @Test
    void closingTheEngineEndsWhoWaits() throws Exception {
        embed(HEADLINES);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch begun = new CountDownLatch(1);
            Future<Embeddings> waiting = callers.submit(() -> {
                begun.countDown();
                return embed(many(2000));
            });
            begun.await();

            engine.close();

            assertThatThrownBy(waiting::get).isInstanceOf(ExecutionException.class);
        }
    }

    @Test
    void theMemoryOfTheVectorsIsCounted() {
        engine.generate(raw("Hi", 1)).answer();
        long before = engine.running().getFirst().sizeBytes();

        embed(HEADLINES);

        long more = engine.running().getFirst().sizeBytes() - before;
        assertThat(more / 1048576.0)
                .as("MiB of a context of 512 tokens, 32 rows of logits")
                .isBetween(12.0, 60.0);
    }

    private Embeddings embed(List<String> texts) {
        return engine.embed(EmbedRequest.of(model, texts));
    }

    private static List<String> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Headline number " + i + ": " + HEADLINES.get(i % 3))
                .toList();
    }

    private GenerateRequest raw(String prompt, int tokens) {
        Options options = Options.parse(Map.of("num_predict", tokens, "temperature", 0));
        return GenerateRequest.of(model, prompt).asRaw().withSettings(Settings.DEFAULT.withOptions(options));
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float element : vector) squares += (double) element * element;
        return Math.sqrt(squares);
    }
}
