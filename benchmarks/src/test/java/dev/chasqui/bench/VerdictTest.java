package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.bench.Verdict.Call;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final long SEED = Long.getLong("chasqui.seed", 42);
    private static final int TIMES = 2_000;
    private static final double NOISE = 0.1;

    private final Random random = new Random(SEED);

    @Test
    void whatTheSpreadCoversIsNoDifference() {
        Verdict verdict = Verdict.of(new double[] {90, 110, 95, 108}, new double[] {100, 100, 100, 100});

        assertThat(verdict.call()).isEqualTo(Call.NONE);
        assertThat(verdict.low()).isLessThan(1);
        assertThat(verdict.high()).isGreaterThan(1);
        assertThat(verdict).hasToString("1.00 [0.86, 1.17] no difference shown");
    }

    @Test
    void whatEveryRoundShowsIsADifference() {
        double[] half = {50, 52, 49, 51, 50};
        double[] whole = {100, 101, 99, 100, 102};

        assertThat(Verdict.of(half, whole).call()).isEqualTo(Call.FASTER);
        assertThat(Verdict.of(whole, half).call()).isEqualTo(Call.SLOWER);
        assertThat(Verdict.of(half, whole).ratio()).isCloseTo(0.5, within(0.01));
    }

    @Test
    void aMachineThatSlowsDownForBothChangesNothing() {
        double[] side = {80, 160, 81, 240};
        double[] reference = {100, 200, 100, 300};

        assertThat(Verdict.of(side, reference).call()).isEqualTo(Call.FASTER);
    }

    @Test
    void twoRoundsAreTooFewHoweverFarApart() {
        Verdict verdict = Verdict.of(new double[] {1, 1}, new double[] {100, 100});

        assertThat(verdict.call()).isEqualTo(Call.TOO_FEW);
        assertThat(verdict.ratio()).isCloseTo(0.01, within(1e-9));
        assertThat(Verdict.of(new double[0], new double[0]).call()).isEqualTo(Call.TOO_FEW);
    }

    @Test
    void fromOneSpeedADifferenceIsCalledOneTimeInTwentyAtMost() {
        for (int rounds : new int[] {3, 5, 10}) {
            int called = count(i -> Verdict.of(noisy(1, rounds), noisy(1, rounds)), Call.FASTER, Call.SLOWER);

            assertThat(called).as("%d rounds, seed %d", rounds, SEED).isBetween(TIMES * 3 / 100, TIMES * 7 / 100);
        }
    }

    @Test
    void aThirdLessIsSeenInFiveRoundsOfTenPercentNoise() {
        int seen = count(i -> Verdict.of(noisy(0.66, 5), noisy(1, 5)), Call.FASTER);
        int wrong = count(i -> Verdict.of(noisy(0.66, 5), noisy(1, 5)), Call.SLOWER);

        assertThat(seen).as("seed %d", SEED).isGreaterThan(TIMES * 95 / 100);
        assertThat(wrong).isZero();
    }

    private static int count(IntFunction<Verdict> verdict, Call... calls) {
        int counted = 0;
        for (int i = 0; i < TIMES; i++) {
            if (Arrays.asList(calls).contains(verdict.apply(i).call())) counted++;
        }
        return counted;
    }

    private double[] noisy(double time, int rounds) {
        return random.doubles(rounds)
                .map(ignored -> time * Math.exp(NOISE * random.nextGaussian()))
                .toArray();
    }
}
