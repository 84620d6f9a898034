package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.api.Urgency;
import dev.chasqui.schedule.SchedulerStatistics;
import dev.chasqui.store.Catalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What agents that share one model may rely on, over the real default model.
class SharedEngineTest {

    private static final String TAPE = "AAPL 191.2 up, MSFT 402.5 down, NVDA 880.1 up, TSLA 175.3 down. ".repeat(12);

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
    void aPinnedTapeIsComputedOnceForEveryAgent() {
        try (PinnedContext tape = engine.pin("tape", raw(TAPE, 1))) {
            for (String symbol : List.of("AAPL", "MSFT", "NVDA")) {
                Summary cost = engine.generate(raw(TAPE + "Should I buy " + symbol + "?", 3))
                        .answer()
                        .summary();

                assertThat(cost.cachedTokens()).isBetween(tape.tokens() - 2, cost.promptTokens() - 1);
                assertThat(cost.promptTokens()).isGreaterThan(tape.tokens());
            }
            assertThat(statistics().pinnedCells()).isEqualTo(tape.tokens());
        }
        assertThat(statistics().pinnedCells()).isZero();
        assertThat(statistics().hitRatio()).isGreaterThan(0.5);
    }

    @Test
    void aTapeThatGrowsOnlyCostsWhatIsNew() {
        try (PinnedContext first = engine.pin("tape", raw(TAPE, 1));
                PinnedContext second = engine.pin("tape", raw(TAPE + "AMZN 178.9 up.", 1))) {
            assertThat(second.tokens()).isGreaterThan(first.tokens());
            assertThat(second.cost().cachedTokens()).isBetween(first.tokens() - 2, first.tokens());
        }
        assertThat(statistics().pinnedCells()).isZero();
    }

    @Test
    void agentsThatComeTogetherComputeTheirCommonPromptOnce() throws Exception {
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Summary>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String prompt = TAPE + "Agent " + i + " says:";
                answers.add(agents.submit(
                        () -> engine.generate(raw(prompt, 4)).answer().summary()));
            }
            for (Future<Summary> answer : answers)
                assertThat(answer.get().evalTokens()).isEqualTo(4);
        }
        SchedulerStatistics done = statistics();

        assertThat(done.ended()).isEqualTo(8);
        assertThat(done.computedTokens()).isLessThan(done.promptTokens() / 3);
    }

    @Test
    void withSharingOffEveryPromptIsComputedWhole() {
        EngineConfig apart = EngineConfig.fromEnvironment(Map.of()).withSharing(false);
        try (Engine alone = Engine.open(Catalogue.standard().file("smollm2:135m", Progress.NONE), apart)) {
            for (int i = 0; i < 2; i++) {
                assertThat(alone.generate(raw(TAPE, 2)).answer().summary().cachedTokens())
                        .isZero();
            }
            assertThatThrownBy(() -> alone.pin("tape", raw(TAPE, 1)))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                    .hasMessageContaining("CHASQUI_PREFIX_SHARING");
        }
    }

    @Test
    void anAnswerThatRunsOutOfTimeIsCutThereAndSaysSo() {
        engine.generate(raw("Count: 1, 2, 3, 4,", 8)).answer();
        long start = System.nanoTime();

        Summary cost = engine.generate(hurried(raw("1, 2, 3, 4, 5, 6, 7, 8,", 4000), Urgency.NONE, 2_000))
                .answer()
                .summary();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2_600));
        assertThat(cost.reason()).isEqualTo(dev.chasqui.api.DoneReason.LENGTH);
        assertThat(cost.evalTokens()).isBetween(1, 3_999);
    }

    @Test
    void aRequestThatCannotMakeItsDeadlineIsRefusedWithTheEstimate() {
        engine.generate(raw(TAPE, 8)).answer();

        assertThatThrownBy(() -> engine.generate(hurried(raw("Other words. ".repeat(600), 4), Urgency.NONE, 2))
                        .answer())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LATE))
                .hasMessageContaining("deadline");
    }

    @Test
    void aNewerRequestEndsTheOlderOneOfItsName() {
        GenerateRequest older = raw("1, 2, 3, 4, 5, 6, 7, 8,", 4000);
        Generation first = engine.generate(urgent(older, Urgency.NONE.superseding("AAPL")));
        Iterator<?> pieces = first.iterator();
        pieces.next();

        Summary second = engine.generate(urgent(raw("Hi", 3), Urgency.NONE.superseding("AAPL")))
                .answer()
                .summary();

        assertThat(second.evalTokens()).isPositive();
        assertThatThrownBy(() -> pieces.forEachRemaining(piece -> {}))
                .hasMessageContaining("a newer request superseded this one for \"AAPL\"");
        first.close();
    }

    @Test
    void urgencyOutsideItsRangeIsRefused() {
        assertThatThrownBy(() -> Urgency.NONE.withPriority(10)).hasMessage("priority is 10; expected 0 to 9");
        assertThatThrownBy(() -> Urgency.NONE.withDeadline(Duration.ZERO)).hasMessageContaining("deadline is 0 ms");
        assertThatThrownBy(() -> Urgency.NONE.superseding("")).hasMessageContaining("expected 1 to 256");
    }

    @Test
    void aLongRequestJoinsARunningOneWithoutStoppingIt() throws Exception {
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Summary> running = agents.submit(() -> engine.generate(raw("1, 2, 3, 4, 5, 6, 7, 8,", 300))
                    .answer()
                    .summary());
            Options larger = Options.parse(Map.of("num_ctx", 8192, "num_predict", 3, "temperature", 0));
            Summary joined = engine.generate(raw(TAPE, 3).withSettings(Settings.DEFAULT.withOptions(larger)))
                    .answer()
                    .summary();

            assertThat(joined.evalTokens()).isEqualTo(3);
            assertThat(running.get().evalTokens()).isEqualTo(300);
        }
        assertThat(statistics().capacity()).isGreaterThanOrEqualTo(8192);
    }

    @Test
    void guessedTokensChangeNothingButTheTime() {
        String prompt = "{\"a\": 1, \"b\": 2}, {\"a\": 1, \"b\": 2}, {\"a\": 1,";
        Options options = Options.parse(Map.of("num_predict", 40, "temperature", 0));
        String plain = engine.generate(raw(prompt, 40)).text();

        Options guessing = options.with(dev.chasqui.api.Option.DRAFT_NUM_PREDICT, 6);
        String guessed = engine.generate(raw(prompt, 40).withSettings(Settings.DEFAULT.withOptions(guessing)))
                .text();

        // Rounding differs between batches of other sizes, so a late token may, too.
        assertThat(guessed.substring(0, 15)).isEqualTo(plain.substring(0, 15));
    }

    private SchedulerStatistics statistics() {
        return engine.statistics().models().getFirst().requests();
    }

    private GenerateRequest raw(String prompt, int tokens) {
        Options options = Options.parse(Map.of("num_predict", tokens, "temperature", 0));
        return GenerateRequest.of(model, prompt).asRaw().withSettings(Settings.DEFAULT.withOptions(options));
    }

    private static GenerateRequest hurried(GenerateRequest request, Urgency urgency, long millis) {
        return urgent(request, urgency.withDeadline(Duration.ofMillis(millis)));
    }

    private static GenerateRequest urgent(GenerateRequest request, Urgency urgency) {
        return request.withSettings(request.settings().withUrgency(urgency));
    }
}
