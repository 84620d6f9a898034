package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random ranges, and every number with a few digits: those inside are written, and no others.
///
/// A failure names its seed; `-Dchasqui.seed=N` runs with that one.
class NumberTextTest {

    private final long seed = Long.getLong("chasqui.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void anIntegerIsWrittenExactlyIfItIsInTheRange() {
        for (int round = 0; round < 150; round++) {
            Numbers numbers = range(0).and(divisor("1", "2", "3", "7", "10", "25", "100", "0.5", "2.5"));
            State start = State.start(NumberText.of(numbers, true).orElseThrow());
            for (int value = -1_200; value <= 1_200; value++) compare(start, numbers, BigDecimal.valueOf(value));
            assertThat(isWritten(start, "-0")).isFalse();
            assertThat(isWritten(start, "05")).isFalse();
        }
    }

    @Test
    void aDecimalIsWrittenExactlyIfItIsInTheRange() {
        for (int round = 0; round < 150; round++) {
            int digits = random.nextInt(4);
            Numbers numbers = range(digits).and(divisor("1", "0.1", "0.01", "0.001"));
            State start = State.start(NumberText.of(numbers, false).orElseThrow());
            BigDecimal divisor = numbers.divisor().orElse(BigDecimal.ZERO);
            for (int value = -1_200; value <= 1_200; value++) {
                BigDecimal number = new BigDecimal(BigInteger.valueOf(value), digits);
                // With a divisor, no more digits are written than it has.
                if (divisor.signum() > 0)
                    number = number.setScale(Math.min(digits, divisor.scale()), RoundingMode.DOWN);
                if (number.signum() == 0 && value < 0) continue;
                compare(start, numbers, number);
            }
        }
    }

    @Test
    void halfOpenRangesGoOnForEighteenDigits() {
        State from = State.start(NumberText.of(numbers("5", null), true).orElseThrow());
        State to = State.start(
                NumberText.of(numbers(null, "-123456789012345678901"), true).orElseThrow());

        assertThat(isWritten(from, "9".repeat(18))).isTrue();
        assertThat(isWritten(from, "9".repeat(19))).isFalse();
        assertThat(isWritten(to, "-123456789012345678901")).isTrue();
        assertThat(isWritten(to, "-" + "9".repeat(22))).isTrue();
        assertThat(isWritten(to, "-123456789012345678900")).isFalse();
    }

    private void compare(State start, Numbers numbers, BigDecimal value) {
        boolean inside = numbers.problem(new Json.Num(value)).isEmpty();
        assertThat(isWritten(start, value.toPlainString()))
                .as("seed %d: %s in %s", seed, value, numbers)
                .isEqualTo(inside);
    }

    private static boolean isWritten(State start, String text) {
        State end = start.walk(text);
        return end != null && end.complete;
    }

    private Numbers range(int digits) {
        return new Numbers(bound(digits), bound(digits), Optional.empty());
    }

    private Optional<Bound> bound(int digits) {
        if (random.nextInt(4) == 0) return Optional.empty();
        BigDecimal value = new BigDecimal(BigInteger.valueOf(random.nextInt(2_400) - 1_200), digits);
        return Optional.of(new Bound(value, random.nextBoolean()));
    }

    private Numbers divisor(String... some) {
        Optional<BigDecimal> divisor = random.nextBoolean()
                ? Optional.empty()
                : Optional.of(new BigDecimal(some[random.nextInt(some.length)]));
        return new Numbers(Optional.empty(), Optional.empty(), divisor);
    }

    private static Numbers numbers(String low, String high) {
        return new Numbers(
                Optional.ofNullable(low).map(text -> new Bound(new BigDecimal(text), false)),
                Optional.ofNullable(high).map(text -> new Bound(new BigDecimal(text), false)),
                Optional.empty());
    }
}
