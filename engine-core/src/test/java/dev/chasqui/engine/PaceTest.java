package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Options;
import dev.chasqui.engine.ThreadPlan.Kind;
import dev.chasqui.engine.ThreadPlan.Share;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.tune.Knobs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
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
    private final List<String> changes = new ArrayList<>();
    private Pace pace = pace(2, 2);

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
        pace = pace(16, 16);
        freeCores = 16;
        assertThat(steps(ONE, 20)).containsOnly(16);

        freeCores = 10;
        assertThat(run(ONE, 400)).endsWith(9).doesNotContain(7);

        freeCores = 16;
        assertThat(run(ONE, 10_000)).endsWith(16);
    }

    @Test
    void oneCoreHasNothingToDecide() {
        pace = pace(1, 1);

        freeCores = 0;

        assertThat(steps(ONE, 100)).containsOnly(1);
    }

    @Test
    void whatATokenFoundOutHoldsForPromptsInTheirOwnNumber() {
        pace = pace(8, 16);
        freeCores = 16;
        follow(new Share(8, false), new Share(16, false));
        assertThat(steps(PROMPT, 2)).containsOnly(16);
        assertThat(steps(ONE, 20)).containsOnly(8);

        freeCores = 6;
        steps(ONE, 4);

        assertThat(step(ONE)).isEqualTo(6);
        assertThat(step(PROMPT)).isEqualTo(12);
    }

    @Test
    void fewThreadsAreNotTakenAwayWhileTheirCoresAreFree() {
        pace = pace(8, 8);
        freeCores = 8;
        follow(new Share(4, false), new Share(8, false));
        steps(PROMPT, 2);
        steps(ONE, 20);

        freeCores = 6;
        assertThat(steps(PROMPT, 4)).endsWith(6);
        assertThat(steps(ONE, 20)).containsOnly(4);

        freeCores = 3;
        assertThat(steps(ONE, 4)).endsWith(3);
        assertThat(step(PROMPT)).isEqualTo(3);

        freeCores = 8;
        assertThat(run(ONE, 5_000)).endsWith(4);
        assertThat(run(PROMPT, 60_000)).endsWith(8);
    }

    @Test
    void aNumberSomebodySetIsNotChangedWhileTheOtherKindAdapts() {
        follow(new Share(2, true), new Share(2, false));
        steps(ONE, 20);
        steps(PROMPT, 2);

        freeCores = 1;

        assertThat(steps(PROMPT, 4)).endsWith(1);
        assertThat(steps(ONE, 20)).containsOnly(2);
    }

    @Test
    void everyChangeIsToldOnce() {
        steps(ONE, 20);
        freeCores = 1;
        steps(ONE, 6);
        step(PROMPT);
        freeCores = 2;
        run(ONE, 600);
        run(PROMPT, 3_000);

        assertThat(changes).containsExactly("DECODE 2 to 1", "PREFILL 2 to 1", "DECODE 1 to 2", "PREFILL 1 to 2");
    }

    private Pace pace(int cores, int cpus) {
        List<List<Integer>> siblings = IntStream.range(0, cores)
                .mapToObj(core -> IntStream.iterate(core, cpu -> cpu < cpus, cpu -> cpu + cores)
                        .boxed()
                        .toList())
                .toList();
        CpuCores machine = new CpuCores(siblings, cpus);
        ThreadPlan plan = ThreadPlan.of(Options.NONE, machine, Knobs.NONE);
        return new Pace(
                machine,
                plan,
                this::counted,
                (kind, before, after) -> changes.add(kind + " " + before + " to " + after));
    }

    private void follow(Share decode, Share prefill) {
        pace.follow(new ThreadPlan(decode, prefill));
    }

    private OptionalDouble counted(long at) {
        return counted ? OptionalDouble.of(freeCores) : OptionalDouble.empty();
    }

    private int step(int rows) {
        Kind kind = rows == ONE ? Kind.DECODE : Kind.PREFILL;
        int threads = pace.next(kind, rows, now);
        double work = (rows == ONE ? 8 : 2 * rows) * MILLISECOND * factor;
        long nanos = (long) (work / threads * (threads > freeCores ? 6 : 1));
        now += nanos;
        pace.took(kind, rows, nanos, now);
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
