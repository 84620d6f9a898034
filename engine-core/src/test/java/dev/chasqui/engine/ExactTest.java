package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.Urgency;
import dev.chasqui.store.Catalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What the option `exact` promises, over the real default model: the same bits, whatever else goes on.
class ExactTest extends OverTheDefaultModel {

    /// Long enough for several chunks, and for attention to divide its work by threads if it were to.
    private static final String TAPE = "AAPL 191.2 up, MSFT 402.5 down, NVDA 880.1 up, TSLA 175.3 down. ".repeat(9);

    private static final Options EXACT =
            Options.parse(Map.of("exact", true, "temperature", 0, "num_predict", 12, "num_batch", 128));

    @Test
    void anExactAnswerIsTheSameBitForBitWhateverElseRunsAndIsCached() throws Exception {
        List<TokenLogprob> quiet = logprobs(TAPE, EXACT);
        engine.generate(request(TAPE, Options.parse(Map.of("num_predict", 1)))).answer(); // parks the prefix

        List<TokenLogprob> busy = new ArrayList<>();
        try (Company company = new Company(2)) {
            company.awaitAnswering();
            for (int i = 0; i < 2; i++) busy.addAll(logprobs(TAPE, EXACT));
        }

        assertThat(quiet).hasSize(12);
        assertThat(busy.subList(0, 12)).isEqualTo(quiet);
        assertThat(busy.subList(12, 24)).isEqualTo(quiet);
    }

    @Test
    void theNumberOfThreadsChangesNothing() {
        List<TokenLogprob> one = logprobs(TAPE, EXACT.with(Option.NUM_THREAD, 1));
        List<TokenLogprob> two = logprobs(TAPE, EXACT.with(Option.NUM_THREAD, 2));

        assertThat(two).isEqualTo(one);
    }

    @Test
    void aSeedDrawsTheSameTokens() throws Exception {
        Options seeded = EXACT.with(Option.TEMPERATURE, 1.2).with(Option.SEED, 7);
        List<TokenLogprob> quiet = logprobs(TAPE, seeded);

        try (Company company = new Company(2)) {
            company.awaitAnswering();
            assertThat(logprobs(TAPE, seeded)).isEqualTo(quiet);
        }
        assertThat(logprobs(TAPE, seeded.with(Option.SEED, 8))).isNotEqualTo(quiet);
    }

    @Test
    void anAnswerThatRunsOutOfItsContextShiftsTheSameWayEveryTime() {
        Options small = EXACT.with(Option.NUM_CTX, 64).with(Option.NUM_PREDICT, 100);
        GenerateRequest counting = request("1, 2, 3, 4, 5, 6, 7, 8,", small);

        Answer first = engine.generate(counting).answer();
        Answer second = engine.generate(counting).answer();

        assertThat(first.summary().droppedTokens()).isPositive();
        assertThat(first.logprobs()).hasSize(100);
        assertThat(second.logprobs()).isEqualTo(first.logprobs());
    }

    @Test
    void itsMemoryIsHeldOnlyWhileItIsAnswered() {
        engine.generate(request("Hi", EXACT)).answer();
        long before = engine.running().getFirst().sizeBytes();

        Generation endless = engine.generate(request("1, 2, 3, 4,", EXACT.with(Option.NUM_PREDICT, 4000)));
        endless.iterator().next();
        long during = engine.running().getFirst().sizeBytes();
        endless.close();
        engine.generate(request("Hi", EXACT)).answer(); // has its turn when the other one is gone

        assertThat(during).isGreaterThan(before + (90L << 20)); // 23,040 bytes a token, 4,096 tokens
        assertThat(engine.running().getFirst().sizeBytes()).isEqualTo(before);
    }

    @Test
    void guessingIsOffSinceItWouldChangeTheBatches() {
        String repetitive = "{\"a\": 1, \"b\": 2}, {\"a\": 1, \"b\": 2}, {\"a\": 1,";

        assertThat(logprobs(repetitive, EXACT.with(Option.DRAFT_NUM_PREDICT, 8)))
                .isEqualTo(logprobs(repetitive, EXACT));
    }

    @Test
    void aDeadlineHoldsForExactRequestsToo() {
        logprobs(TAPE, EXACT); // so that the speed is known
        Settings hurried = request(TAPE, EXACT).settings().withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(1)));

        assertThatThrownBy(() -> engine.generate(request(TAPE, EXACT).withSettings(hurried))
                        .answer())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LATE));

        Settings cut = request("1, 2, 3,", EXACT.with(Option.NUM_PREDICT, 4000))
                .settings()
                .withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(2_000)));
        assertThat(engine.generate(request("1, 2, 3,", EXACT).withSettings(cut))
                        .answer()
                        .summary()
                        .reason())
                .isEqualTo(DoneReason.LENGTH);
    }

    @Test
    void whatIsPinnedIsShared() {
        assertThatThrownBy(() -> engine.pin("tape", request(TAPE, EXACT)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining("option \"exact\" is true");
    }

    @Test
    void closingTheEngineEndsAnExactAnswerWithAnError() {
        Iterator<?> pieces;
        try (Engine brief = Engine.open(Catalogue.standard().file("smollm2:135m", Progress.NONE))) {
            pieces = brief.generate(request("1, 2, 3, 4,", EXACT.with(Option.NUM_PREDICT, 4000)))
                    .iterator();
            pieces.next();
        }

        assertThatThrownBy(() -> pieces.forEachRemaining(piece -> {}))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("unloaded");
    }

    private static List<TokenLogprob> logprobs(String prompt, Options options) {
        Answer answer = engine.generate(request(prompt, options)).answer();
        assertThat(answer.summary().cachedTokens()).isZero();
        return answer.logprobs();
    }

    private static GenerateRequest request(String prompt, Options options) {
        return GenerateRequest.of(model, prompt)
                .asRaw()
                .withSettings(Settings.DEFAULT.withOptions(options).withTopLogprobs(5));
    }

    /// Others that ask the same model all the time.
    private static final class Company implements AutoCloseable {

        private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Generation> running = new ArrayList<>();
        private final List<Future<?>> readers = new ArrayList<>();
        private final CountDownLatch answering;

        Company(int size) {
            answering = new CountDownLatch(size);
            for (int i = 0; i < size; i++) {
                Options endless = Options.parse(Map.of("num_predict", 4000, "temperature", 1));
                Generation generation = engine.generate(request(TAPE + "Agent " + i, endless));
                running.add(generation);
                readers.add(callers.submit(() -> read(generation)));
            }
        }

        private void read(Generation generation) {
            try {
                Iterator<?> pieces = generation.iterator();
                pieces.next();
                answering.countDown();
                while (pieces.hasNext()) pieces.next();
            } catch (BackendException e) {
                if (e.kind() != Kind.CANCELLED) throw e;
            }
        }

        void awaitAnswering() throws InterruptedException {
            answering.await();
        }

        @Override
        public void close() throws Exception {
            running.forEach(Generation::close);
            for (Future<?> reader : readers) reader.get();
            callers.close();
        }
    }
}
