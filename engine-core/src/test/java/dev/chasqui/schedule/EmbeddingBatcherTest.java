package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingBatcherTest {

    private static final long MILLISECOND = 1_000_000;

    private final AtomicLong clock = new AtomicLong();
    private ScriptedEmbedder model = new ScriptedEmbedder(false, 16, 8);
    private EmbeddingBatcher batcher = batcher(SchedulerSettings.DEFAULT);
    private boolean crowded;

    /// Keeps what it hears, and insists that the end comes once.
    private static final class Sink implements EmbeddingSink {

        List<float[]> vectors = List.of();
        RuntimeException failure;
        int heard;

        @Override
        public void ended(List<float[]> vectors) {
            this.vectors = vectors;
            heard++;
        }

        @Override
        public void failed(RuntimeException cause) {
            failure = cause;
            heard++;
        }
    }

    @AfterEach
    void nothingIsLeftBehind() {
        batcher.failAll(new IllegalStateException("the test is over"));

        assertThat(batcher.load()).isZero();
        assertThat(model.held()).as("tokens that were not forgotten").isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyTextGetsItsOwnVectorInTheOrderOfTheTexts(boolean wholeTexts) {
        use(new ScriptedEmbedder(wholeTexts, 16, 8));
        List<int[]> texts = List.of(text(1, 3), text(2, 40), text(3, 1), text(4, 9), text(5, 9));
        Sink sink = submit(texts);

        turnUntilIdle();

        assertVectors(sink, texts);
    }

    @Test
    void textsOfSeveralRequestsShareABatch() {
        Sink one = submit(List.of(text(1, 5)));
        Sink other = submit(List.of(text(2, 4), text(3, 3)));

        batcher.turn();

        assertThat(model.batches()).hasSize(1);
        assertThat(model.batches().getFirst()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2);
        assertThat(one.heard + other.heard).isEqualTo(2);
    }

    @Test
    void aTextThatIsReadForwardsComesInPieces() {
        submit(List.of(text(1, 40)));

        turnUntilIdle();

        assertThat(model.batches()).extracting(rows -> rows.length).containsExactly(16, 16, 8);
    }

    @Test
    void aWholeTextThatIsTooLongForOthersBesideItComesAlone() {
        use(new ScriptedEmbedder(true, 16, 8));
        submit(List.of(text(1, 40), text(2, 9), text(3, 8), text(4, 7)));

        turnUntilIdle();

        assertThat(model.batches()).extracting(rows -> rows.length).containsExactly(40, 9, 15);
    }

    @Test
    void noBatchHasMoreTextsThanTheModelHasSequences() {
        submit(IntStream.range(0, 20).mapToObj(i -> text(i, 1)).toList());

        turnUntilIdle();

        assertThat(model.batches()).extracting(rows -> rows.length).containsExactly(8, 8, 4);
    }

    @Test
    void manyTextsDoNotHoldUpFewOnes() {
        List<int[]> many = IntStream.range(0, 100).mapToObj(i -> text(i, 4)).toList();
        Sink manyTexts = submit(many);
        batcher.turn();
        Sink oneText = submit(List.of(text(1, 4)));

        batcher.turn();

        assertThat(oneText.heard).isOne();
        turnUntilIdle();
        assertVectors(manyTexts, many);
    }

    @Test
    void higherPriorityGoesFirst() {
        Sink ordinary = submit(List.of(text(1, 16), text(2, 16)));
        Sink urgent = submit(List.of(text(3, 16)), new Urgency(5, Urgency.NEVER));

        batcher.turn();
        batcher.turn();

        assertThat(urgent.heard).isOne();
        assertThat(ordinary.heard).isZero();
    }

    @Test
    void aCancelledRequestHearsNothingMoreAndItsTextsAreForgotten() {
        Sink sink = new Sink();
        Ticket ticket = batcher.submit(new EmbeddingJob(List.of(text(1, 40)), Urgency.NONE), sink);
        batcher.turn();
        assertThat(model.held()).isEqualTo(16);

        ticket.cancel();
        turnUntilIdle();

        assertThat(sink.heard).isZero();
        assertThat(model.batches()).hasSize(1);
        assertThat(model.held()).isZero();
    }

    @Test
    void cancellingStopsABatchThatIsMostlyForTheOneWhoLeft() {
        List<int[]> few = List.of(text(9, 3));
        Sink leaving = new Sink();
        Ticket ticket = batcher.submit(new EmbeddingJob(List.of(text(1, 8), text(2, 5)), Urgency.NONE), leaving);
        Sink staying = submit(few);
        model.duringEmbed = ticket::cancel;

        batcher.turn();

        assertThat(model.batches()).as("the batch was given up").isEmpty();
        model.duringEmbed = () -> {};
        turnUntilIdle();
        assertThat(leaving.heard).isZero();
        assertVectors(staying, few);
    }

    @Test
    void cancellingLeavesABatchAloneThatIsMostlyForOthers() {
        List<int[]> many = List.of(text(1, 7), text(2, 6));
        Sink staying = submit(many);
        Sink leaving = new Sink();
        Ticket ticket = batcher.submit(new EmbeddingJob(List.of(text(9, 3)), Urgency.NONE), leaving);
        model.duringEmbed = ticket::cancel;

        turnUntilIdle();

        assertThat(model.batches()).hasSize(1);
        assertThat(leaving.heard).isZero();
        assertVectors(staying, many);
    }

    @Test
    void whatComesBeyondTheQueueIsRefused() {
        use(new ScriptedEmbedder(false, 16, 2), SchedulerSettings.DEFAULT.withMaxQueue(3));
        for (int i = 0; i < 5; i++) submit(List.of(text(i, 5)));

        assertThatThrownBy(() -> submit(List.of(text(9, 5))))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.QUEUE_FULL))
                .hasMessage("server busy, please try again.  maximum pending requests exceeded: 3 wait, at most 3 may");
        turnUntilIdle();
        assertThat(submit(List.of(text(9, 5))).heard).isZero();
    }

    @Test
    void aRequestThatCannotMakeItsDeadlineIsRefusedWithTheEstimate() {
        measureOneMillisecondPerToken();
        submit(List.of(text(1, 100)), new Urgency(1, Urgency.NEVER));
        long now = clock.get();

        assertThatThrownBy(() -> submit(List.of(text(2, 50)), new Urgency(0, now + 149 * MILLISECOND)))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.reason()).isEqualTo(RefusedException.Reason.TOO_LATE);
                    assertThat(e.estimate()).hasMillis(150);
                });
        submit(List.of(text(2, 50)), new Urgency(0, now + 151 * MILLISECOND));
    }

    @Test
    void aRequestWhoseDeadlineComesTooNearWhileItWaitsFails() {
        measureOneMillisecondPerToken();
        Sink sink = submit(List.of(text(1, 50)), new Urgency(0, clock.get() + 60 * MILLISECOND));
        clock.addAndGet(20 * MILLISECOND);

        turnUntilIdle();

        assertThat(sink.failure)
                .hasMessageStartingWith("the deadline is in 40 ms, and computing the 50 tokens that are left needs 50");
    }

    @Test
    void aLongerTextHasItsRoomMadeAndWhatWasBegunStartsAgain() {
        List<int[]> texts = List.of(text(1, 20));
        Sink first = submit(texts);
        batcher.turn();
        Sink urgent = submit(List.of(text(2, 60)), new Urgency(5, Urgency.NEVER));

        turnUntilIdle();

        assertVectors(first, texts);
        assertVectors(urgent, List.of(text(2, 60)));
    }

    @Test
    void aTextForWhichThereIsNoMemoryFailsItsRequestAlone() {
        model.most = 50;
        List<int[]> texts = List.of(text(1, 30), text(2, 4));
        Sink fits = submit(texts);
        Sink tooLong = submit(List.of(text(3, 2), text(4, 51)));

        turnUntilIdle();

        assertThat(tooLong.failure).hasMessage("no memory for a text of 51 tokens");
        assertVectors(fits, texts);
    }

    @Test
    void aModelThatFailsFailsWhoIsInTheBatchAndGoesOn() {
        Sink one = submit(List.of(text(1, 4), text(2, 4)));
        Sink other = submit(List.of(text(3, 4)));
        model.duringEmbed = () -> {
            throw new IllegalStateException("broken");
        };
        batcher.turn();
        model.duringEmbed = () -> {};

        assertThat(one.failure).hasMessage("broken");
        assertThat(other.failure).hasMessage("broken");
        assertThat(one.heard + other.heard).isEqualTo(2);
        Sink later = submit(List.of(text(4, 4)));
        turnUntilIdle();
        assertVectors(later, List.of(text(4, 4)));
    }

    @Test
    void aBatchIsShortWhileOthersWantTheCores() {
        use(new ScriptedEmbedder(false, 4096, 8));
        measureOneMillisecondPerToken();
        submit(List.of(text(1, 3000)));

        crowded = true;
        model.duringEmbed = () -> clock.addAndGet(120 * MILLISECOND);
        batcher.turn();
        crowded = false;
        batcher.turn();

        assertThat(model.batches().subList(1, 3))
                .extracting(rows -> rows.length)
                .containsExactly(120, 1000);
    }

    @Test
    void aRequestWithoutTextsOrWithAnEmptyOneIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new EmbeddingJob(List.of(), Urgency.NONE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmbeddingJob(List.of(text(1, 2), new int[0]), Urgency.NONE))
                .withMessageContaining("text 1 is empty");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverComesAndGoesEveryoneWhoStaysGetsHisVectors(long seed) {
        Random random = new Random(seed);
        use(new ScriptedEmbedder(seed % 2 == 0, 16 + random.nextInt(64), 1 + random.nextInt(12)));
        List<Sink> sinks = new ArrayList<>();
        List<List<int[]>> texts = new ArrayList<>();
        List<Ticket> tickets = new ArrayList<>();
        List<Sink> left = new ArrayList<>();
        for (int round = 0; round < 300; round++) {
            if (random.nextInt(3) == 0) {
                List<int[]> some = IntStream.rangeClosed(0, random.nextInt(6))
                        .mapToObj(i ->
                                text(random.nextInt(1000), 1 + random.nextInt(random.nextInt(8) == 0 ? 200 : 20)))
                        .toList();
                Sink sink = new Sink();
                Urgency urgency = new Urgency(random.nextInt(3), Urgency.NEVER);
                tickets.add(batcher.submit(new EmbeddingJob(some, urgency), sink));
                sinks.add(sink);
                texts.add(some);
            }
            if (!tickets.isEmpty() && random.nextInt(6) == 0) {
                int one = random.nextInt(tickets.size());
                Runnable leave = () -> {
                    if (sinks.get(one).heard == 0) left.add(sinks.get(one));
                    tickets.get(one).cancel();
                };
                if (random.nextBoolean()) leave.run();
                else model.duringEmbed = leave;
            }
            batcher.turn();
            model.duringEmbed = () -> {};
        }
        turnUntilIdle();

        for (int i = 0; i < sinks.size(); i++) {
            if (left.contains(sinks.get(i)))
                assertThat(sinks.get(i).heard).as("seed %d", seed).isZero();
            else assertVectors(sinks.get(i), texts.get(i));
        }
        assertThat(left).isNotEmpty();
    }

    private void measureOneMillisecondPerToken() {
        model.duringEmbed = () -> clock.addAndGet(16 * MILLISECOND);
        submit(List.of(text(0, 16)));
        turnUntilIdle();
        model.duringEmbed = () -> {};
    }

    private void use(ScriptedEmbedder other) {
        use(other, SchedulerSettings.DEFAULT);
    }

    private void use(ScriptedEmbedder other, SchedulerSettings settings) {
        model = other;
        batcher = batcher(settings);
    }

    private EmbeddingBatcher batcher(SchedulerSettings settings) {
        return new EmbeddingBatcher(model, settings, () -> crowded, clock::get);
    }

    private Sink submit(List<int[]> texts) {
        return submit(texts, Urgency.NONE);
    }

    private Sink submit(List<int[]> texts, Urgency urgency) {
        Sink sink = new Sink();
        batcher.submit(new EmbeddingJob(texts, urgency), sink);
        return sink;
    }

    private void turnUntilIdle() {
        for (int turns = 0; batcher.turn(); turns++) assertThat(turns).isLessThan(10_000);
    }

    private static int[] text(int first, int length) {
        int[] text = new int[length];
        Arrays.setAll(text, i -> first + 7 * i);
        return text;
    }

    private static void assertVectors(Sink sink, List<int[]> texts) {
        assertThat(sink.failure).isNull();
        assertThat(sink.heard).as("the end comes once").isOne();
        assertThat(sink.vectors).hasSameSizeAs(texts);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(sink.vectors.get(i)).containsExactly(ScriptedEmbedder.vector(texts.get(i)));
        }
    }
}
