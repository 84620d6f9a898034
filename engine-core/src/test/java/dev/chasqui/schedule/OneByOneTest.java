package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Requests that have a context of their own each.
class OneByOneTest {

    private final AtomicLong clock = new AtomicLong();
    private final Contexts contexts = new Contexts();
    private final Scheduler scheduler = new Scheduler(
            contexts, SchedulerSettings.DEFAULT.withSharing(false).withMaxQueue(4), clock::incrementAndGet);

    @AfterEach
    void noContextIsLeft() {
        scheduler.failAll(new IllegalStateException("the test is over"));

        assertThat(scheduler.load()).isZero();
        assertThat(contexts.contextTokens()).isZero();
    }

    @Test
    void everyRequestHasAFreshContextOfItsOwnSize() {
        RecordingSink first = submit(job(1, 20, 64));
        RecordingSink second = submit(job(1, 20, 256));
        RecordingSink third = submit(job(1, 20, 64));

        turnUntilIdle();

        assertThat(contexts.made).containsExactly(64, 256, 64);
        assertThat(contexts.last.copies).isZero();
        assertThat(List.of(first.tokens, second.tokens, third.tokens))
                .containsOnly(ScriptedDecoder.answer(prompt(1, 20), 10));
        assertThat(contexts.contextTokens())
                .as("no memory is held between requests")
                .isZero();
    }

    @Test
    void aRequestThatRunsIsNotDisturbedByAHigherPriorityWhichGoesNext() {
        RecordingSink running = submit(job(1, 20, 64));
        RecordingSink waiting = submit(job(2, 20, 64));
        scheduler.turn();
        RecordingSink urgent = submit(job(3, 20, 128).withUrgency(new Urgency(9, Urgency.NEVER)));

        turnUntilIdle();

        assertThat(scheduler.statistics().displaced()).isZero();
        assertThat(contexts.made).containsExactly(64, 128, 64);
        assertThat(List.of(running.tokens.size(), waiting.tokens.size(), urgent.tokens.size()))
                .containsOnly(10);
    }

    @Test
    void onePromptIsFedInTheSameChunksEveryTime() {
        submit(job(1, 40, 64));
        submit(job(2, 40, 64));

        turnUntilIdle();

        assertThat(contexts.last.batches()).extracting(rows -> rows.length).startsWith(16, 16, 8, 1);
    }

    @Test
    void aContextThatCannotBeMadeIsRefusedAndTheNextRequestIsServed() {
        contexts.most = 128;
        RecordingSink large = submit(job(1, 200, 256));
        RecordingSink small = submit(job(2, 20, 64));

        turnUntilIdle();

        assertThat(large.failure).hasMessage("there is no memory for 256 tokens");
        assertThat(small.tokens).hasSize(10);
        assertThat(scheduler.statistics().refused()).isEqualTo(1);
    }

    @Test
    void aCancelledRequestGivesItsContextBack() {
        Ticket ticket = scheduler.submit(job(1, 20, 64), new RecordingSink());
        scheduler.turn();
        assertThat(contexts.contextTokens()).isEqualTo(64);

        ticket.cancel();
        scheduler.turn();

        assertThat(contexts.contextTokens()).isZero();
    }

    @Test
    void abortedAndFailedBatchesLeaveNothingBehind() {
        RecordingSink again = submit(job(1, 40, 64));
        scheduler.turn();
        contexts.abort();
        turnUntilIdle();
        assertThat(again.tokens).isEqualTo(ScriptedDecoder.answer(prompt(1, 40), 10));

        RecordingSink broken = submit(job(2, 20, 64));
        contexts.breaks = true;
        turnUntilIdle();
        assertThat(broken.failure).hasMessage("the model broke");
        assertThat(contexts.contextTokens()).isZero();
    }

    @Test
    void whoWouldWaitTooLongIsRefused() {
        for (int i = 0; i < 4; i++) submit(job(i, 20, 64));

        assertThatThrownBy(() -> submit(job(6, 20, 64)))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.QUEUE_FULL));
        RecordingSink late = new RecordingSink();
        turnUntilIdle();
        Urgency gone = new Urgency(4, clock.get() - 5);
        assertThatThrownBy(() -> scheduler.submit(job(7, 20, 64).withUrgency(gone), late))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.TOO_LATE));
    }

    private RecordingSink submit(Job job) {
        RecordingSink sink = new RecordingSink();
        scheduler.submit(job, sink);
        return sink;
    }

    private static Job job(int seed, int length, int contextTokens) {
        return Job.of(prompt(seed, length), Sampling.GREEDY, 10, contextTokens);
    }

    private static int[] prompt(int seed, int length) {
        return IntStream.range(0, length).map(i -> 31 * seed + i).toArray();
    }

    private void turnUntilIdle() {
        for (int turns = 0; scheduler.turn(); turns++) {
            assertThat(turns).as("turns until everybody was served").isLessThan(10_000);
        }
    }

    /// A scripted model with a fresh cache for each request.
    private static final class Contexts implements PrivateDecoder {

        final List<Integer> made = new ArrayList<>();
        int most = 1000;
        boolean breaks;
        ScriptedDecoder last = new ScriptedDecoder(0, 16, 1);
        private boolean begun;

        @Override
        public void begin(int tokens) {
            assertThat(begun).as("the one before is over").isFalse();
            if (tokens > most) throw new IllegalStateException("there is no memory for " + tokens + " tokens");
            begun = true;
            made.add(tokens);
            last = new ScriptedDecoder(tokens, 16, 1);
            last.duringDecode = () -> {
                if (breaks) throw new IllegalStateException("the model broke");
            };
        }

        @Override
        public void end() {
            assertThat(begun).isTrue();
            assertThat(last.held()).as("tokens left in the cache").isZero();
            assertThat(last.openSamplers()).as("samplers left open").isZero();
            begun = false;
        }

        @Override
        public int contextTokens() {
            return begun ? last.contextTokens() : 0;
        }

        @Override
        public int batchTokens() {
            return last.batchTokens();
        }

        @Override
        public int sequences() {
            return 1;
        }

        @Override
        public int vocabularySize() {
            return ScriptedDecoder.VOCABULARY;
        }

        @Override
        public Outcome decode(TokenBatch batch) {
            return last.decode(batch);
        }

        @Override
        public void abort() {
            last.abort();
        }

        @Override
        public float[] logits(int row) {
            return last.logits(row);
        }

        @Override
        public TokenSampler sampler(Sampling sampling) {
            return last.sampler(sampling);
        }

        @Override
        public boolean forget(int sequence, int from) {
            return last.forget(sequence, from);
        }

        @Override
        public boolean shift(int sequence, int from, int to) {
            return last.shift(sequence, from, to);
        }

        @Override
        public boolean copy(int source, int target, int to) {
            return last.copy(source, target, to);
        }

        @Override
        public boolean grow(int tokens) {
            return false;
        }

        @Override
        public void close() {}
    }
}
