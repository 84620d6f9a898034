package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenConstraint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Answers that are not free: what must follow is not drawn, and goes through the model in one batch.
class ConstraintTest {

    private final AtomicLong clock = new AtomicLong();
    private ScriptedDecoder model = new ScriptedDecoder(256, 16, 4);
    private Scheduler scheduler = new Scheduler(model, SchedulerSettings.DEFAULT, clock::incrementAndGet);

    @AfterEach
    void nothingIsLeftBehind() {
        scheduler.failAll(new IllegalStateException("the test is over"));

        assertThat(scheduler.load()).isZero();
        assertThat(model.held()).as("tokens left in the cache").isZero();
        assertThat(model.openSamplers()).as("samplers left open").isZero();
    }

    @Test
    void onlyTokensThatFitAreDrawn() {
        Sink sink = submit(job(1, 5, 20), new ScriptedConstraint(20, false));

        turnUntilIdle();

        assertThat(sink.tokens).isEqualTo(alone(1, 5, 20, 20));
        assertThat(sink.forced).isEmpty();
        assertThat(sink.ending.reason()).isIn(TokenSink.Reason.STOP, TokenSink.Reason.LENGTH);
    }

    @Test
    void whatMustFollowTakesOneBatchAndChangesNothing() {
        List<Integer> batches = new ArrayList<>();
        for (boolean jumps : new boolean[] {false, true}) {
            int before = model.batches().size();
            Sink sink = submit(job(2, 5, 60), new ScriptedConstraint(40, jumps));
            turnUntilIdle();

            assertThat(sink.tokens).isEqualTo(alone(2, 5, 60, 40));
            assertThat(sink.ending.tokens()).isEqualTo(sink.tokens.size());
            assertThat(sink.forced.isEmpty()).isNotEqualTo(jumps);
            batches.add(model.batches().size() - before);
        }

        assertThat(batches.getLast()).isLessThan(batches.getFirst());
    }

    @Test
    void whatEveryAnswerBeginsWithIsComputedWithThePrompt() {
        Sink sink = submit(job(1, 5, 60), new Run(4, -1));

        turnUntilIdle();

        assertThat(model.batches().getFirst()).as("rows of the first batch").hasSize(5 + 4);
        assertThat(sink.forced).containsExactly(100, 101, 102, 103);
    }

    @Test
    void anAnswerThatIsOverEndsWithoutAnotherDecode() {
        Sink sink = submit(job(1, 5, 60), new Run(4, 1));

        turnUntilIdle();

        assertThat(model.batches()).hasSize(1);
        assertThat(sink.tokens).hasSize(4 + 1);
        assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.STOP);
    }

    @Test
    void forcedTokensCountForTheLimit() {
        for (int most = 1; most <= 6; most++) {
            Sink sink = submit(job(1, 5, most), new Run(4, -1));

            turnUntilIdle();

            assertThat(sink.tokens).hasSize(most);
            assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.LENGTH);
            assertThat(sink.ending.tokens()).isEqualTo(most);
        }
    }

    @Test
    void aContextThatIsFullAmidWhatMustFollowEndsTheAnswer() {
        for (int context = 7; context < 16; context++) {
            Job job = Job.of(prompt(1, 5), Sampling.GREEDY, 100, context).withShift(false, 4);

            Sink sink = submit(job, new Run(8, -1));
            turnUntilIdle();

            assertThat(sink.tokens).hasSize(context - 5);
            assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.LENGTH);
        }
    }

    @Test
    void aFullContextIsShiftedAmidWhatMustFollow() {
        Job job = Job.of(prompt(1, 5), Sampling.GREEDY, 100, 24);

        Sink sink = submit(job, new Run(30, 5));
        turnUntilIdle();

        assertThat(sink.tokens).hasSize(30 + 5);
        assertThat(sink.ending.droppedTokens()).isPositive();
        assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.STOP);
    }

    @Test
    void manyAnswersWithMuchThatMustFollowShareSmallBatches() {
        List<Sink> sinks = new ArrayList<>();
        for (int i = 0; i < 4; i++) sinks.add(submit(job(i, 5, 60), new ScriptedConstraint(40, true)));
        Sink free = new Sink();
        scheduler.submit(job(9, 5, 30), free);

        turnUntilIdle();

        for (int i = 0; i < 4; i++) assertThat(sinks.get(i).tokens).isEqualTo(alone(i, 5, 60, 40));
        assertThat(free.tokens).isEqualTo(ScriptedDecoder.answer(prompt(9, 5), 30));
    }

    @Test
    void aModelThatCannotBeCutAnswersTheSame() {
        model.cuts = false;
        Sink sink = submit(job(2, 5, 60), new ScriptedConstraint(40, true));

        turnUntilIdle();

        assertThat(sink.tokens).isEqualTo(alone(2, 5, 60, 40));
    }

    @Test
    void aConstraintThatAllowsNothingBreaksItsOwnAnswerOffOnly() {
        Sink broken = submit(job(1, 5, 60), new Run(2, -1) {
            @Override
            public boolean allows(int token) {
                throw new IllegalStateException("nothing fits");
            }
        });
        Sink free = new Sink();
        scheduler.submit(job(9, 5, 30), free);

        turnUntilIdle();

        assertThat(broken.failure).hasMessage("nothing fits");
        assertThat(free.tokens).isEqualTo(ScriptedDecoder.answer(prompt(9, 5), 30));
    }

    private Sink submit(Job job, TokenConstraint constraint) {
        Sink sink = new Sink();
        scheduler.submit(job.withConstraint(constraint), sink);
        return sink;
    }

    private static Job job(int seed, int promptTokens, int most) {
        return Job.of(prompt(seed, promptTokens), Sampling.GREEDY, most, 256);
    }

    private static List<Integer> alone(int seed, int promptTokens, int most, int length) {
        return ScriptedDecoder.answer(prompt(seed, promptTokens), most, new ScriptedConstraint(length, false));
    }

    private static int[] prompt(int seed, int length) {
        return IntStream.range(0, length).map(i -> 31 * seed + i).toArray();
    }

    private void turnUntilIdle() {
        for (int turns = 0; scheduler.turn(); turns++) {
            assertThat(turns).as("turns until everybody was served").isLessThan(10_000);
        }
    }

    /// A run that must come, and then whatever the model says.
    private static class Run implements TokenConstraint {

        private int[] left;
        private int free;

        /// @param free tokens after the run; negative is without end
        Run(int forced, int free) {
            this.left = IntStream.range(100, 100 + forced).toArray();
            this.free = free;
        }

        @Override
        public boolean allows(int token) {
            return left.length == 0 || token == left[0];
        }

        @Override
        public int[] allowed() {
            throw new AssertionError("nobody asks a scripted model for them all");
        }

        @Override
        public void accept(int token) {
            if (left.length > 0) left = Arrays.copyOfRange(left, 1, left.length);
            else free--;
        }

        @Override
        public int[] forced(int most) {
            int[] forced = Arrays.copyOf(left, Math.min(most, left.length));
            left = Arrays.copyOfRange(left, forced.length, left.length);
            return forced;
        }

        @Override
        public boolean isOver() {
            return left.length == 0 && free == 0;
        }
    }

    /// Keeps apart what was forced.
    private static final class Sink extends RecordingSink {

        final List<Integer> forced = new ArrayList<>();

        @Override
        public boolean accept(int token, Supplier<float[]> logits) {
            assertThat(logits.get()).hasSize(ScriptedDecoder.VOCABULARY);
            tokens.add(token);
            return true;
        }

        @Override
        public boolean forced(int token) {
            forced.add(token);
            return super.forced(token);
        }
    }
}
