package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long MILLISECOND = 1_000_000;
    private static final int ONE = 1;
    private static final int PROMPT = 512;

    /// A machine in virtual time: work is shared by the threads, and takes six times as long if they are more
    /// than the cores that are free.
    private int freeCores = 2;
    private boolean counted;
    private double factor = 1;
    private long now = 1_000 * MILLISECOND;
    private Pace pace = new Pace(2, this::counted);

    @Test
    void anIdleMachineGivesAllItsCores() {
        Random random = new Random(seed());

        for (int i = 0; i < 2000; i++) {
            factor = 0.8 + 0.5 * random.nextDouble();
            assertThat(step(i % 100 == 0 ? PROMPT : ONE)).isEqualTo(2);
        }
    }

    @Test
    void stretchedStepsCostAThreadWithinThreeSteps() {
        steps(ONE, 20);

        freeCores = 1;

        assertThat(steps(ONE, 4)).endsWith(1);
    }

    @Test
    void everySecondStepStretchedCostsAThreadToo() {
        steps(ONE, 20);

        List<Integer> threads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            freeCores = 1 + i % 2;
            threads.add(step(ONE));
        }

        assertThat(threads).endsWith(1);
    }

    @Test
    void aLongAnswersSlowlyGrowingStepsKeepTheirThreads() {
        for (int i = 0; i < 4000; i++) {
            factor = 1 + i / 1000.0;
            assertThat(step(ONE)).isEqualTo(2);
        }
    }

    @Test
    void aSlowStepNowAndThenChangesNothing() {
        for (int i = 1; i < 500; i++) {
            factor = i % 25 == 0 ? 50 : 1;
            assertThat(step(ONE)).isEqualTo(2);
        }
    }

    @Test
    void withTheLoadOverTheThreadIsBackWithinTheProbeInterval() {
        steps(ONE, 20);
        freeCores = 1;
        steps(ONE, 20);

        freeCores = 2;
        run(ONE, 600);

        assertThat(step(ONE)).isEqualTo(2);
    }

    @Test
    void whileTheLoadStaysTrialsGrowRareAndShort() {
        steps(ONE, 20);
        freeCores = 1;
        steps(ONE, 20);
        run(ONE, 10_000);

        List<Integer> threads = run(ONE, 20_000);

        assertThat(Collections.frequency(threads, 2)).isBetween(4, 6);
    }

    @Test
    void anEndedLoadThatIsCountedNeedNotWaitForTheNextTrial() {
        counted = true;
        steps(ONE, 20);
        freeCores = 1;
        run(ONE, 20_000);

        freeCores = 2;
        steps(ONE, 8);

        assertThat(step(ONE)).isEqualTo(2);
    }

    @Test
    void aBusyMachinesFirstStepAlreadyHasFewerThreads() {
        counted = true;
        freeCores = 1;

        assertThat(step(PROMPT)).isEqualTo(1);
    }

    @Test
    void aPromptProfitsFromWhatTheAnswerBeforeItFound() {
        steps(PROMPT, 2);
        steps(ONE, 20);
        freeCores = 1;
        steps(ONE, 20);

        List<Integer> threads = steps(PROMPT, 4);

        assertThat(threads).containsOnly(1);
    }

    @Test
    void aStretchedPromptStepsDownByItself() {
        steps(PROMPT, 2);
        freeCores = 1;

        assertThat(steps(PROMPT, 4)).endsWith(1);
    }

    @Test
    void manyCoresAreGivenUpByTheQuarterAndComeBack() {
        pace = new Pace(16, this::counted);
        freeCores = 16;
        assertThat(steps(ONE, 20)).containsOnly(16);

        freeCores = 10;
        assertThat(run(ONE, 400)).endsWith(9).doesNotContain(7);

        freeCores = 16;
        assertThat(run(ONE, 10_000)).endsWith(16);
    }

    @Test
    void oneCoreHasNothingToDecide() {
        pace = new Pace(1, this::counted);

        freeCores = 0;

        assertThat(steps(ONE, 100)).containsOnly(1);
    }

    private OptionalDouble counted(long at) {
        return counted ? OptionalDouble.of(freeCores) : OptionalDouble.empty();
    }

    private int step(int rows) {
        int threads = pace.next(rows, now);
        double work = (rows == ONE ? 8 : 2 * rows) * MILLISECOND * factor;
        long nanos = (long) (work / threads * (threads > freeCores ? 6 : 1));
        now += nanos;
        pace.took(rows, nanos, now);
        return threads;
    }

    private List<Integer> steps(int rows, int count) {
        List<Integer> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) threads.add(step(rows));
        return threads;
    }

    private List<Integer> run(int rows, long milliseconds) {
        List<Integer> threads = new ArrayList<>();
        for (long end = now + milliseconds * MILLISECOND; now < end; ) threads.add(step(rows));
        return threads;
    }

    private static long seed() {
        long seed = Long.getLong("chasqui.seed", 20261123);
        System.out.println("PaceTest: -Dchasqui.seed=" + seed);
        return seed;
    }
}
