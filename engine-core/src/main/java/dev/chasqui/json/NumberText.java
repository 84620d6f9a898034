package dev.chasqui.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/// How numbers are written: without leading zeros, and with an exponent only where the schema sets no limit.
final class NumberText {

    private static final Expr DIGIT = Expr.one('0', '9');
    private static final Expr MINUS = Expr.text("-");
    private static final Expr WHOLE = Expr.seq(Expr.one('1', '9'), Expr.repeat(DIGIT, 0, Limits.DIGITS - 1));

    private static final Expr ANY_INTEGER = Expr.alt(Expr.text("0"), Expr.seq(Expr.optional(MINUS), WHOLE));

    private static final Expr ANY_NUMBER = Expr.seq(
            Expr.optional(MINUS),
            Expr.alt(Expr.text("0"), WHOLE),
            Expr.optional(Expr.seq(Expr.text("."), Expr.repeat(DIGIT, 1, Limits.FRACTION))),
            Expr.optional(Expr.seq(
                    Expr.one(CodePoints.in("eE")),
                    Expr.optional(Expr.one(CodePoints.in("+-"))),
                    Expr.repeat(DIGIT, 1, 2))));

    private NumberText() {}

    /// @return empty if the multiples would take too many states
    static Optional<Expr> of(Numbers numbers, boolean integer) {
        if (!numbers.isStated()) return Optional.of(integer ? ANY_INTEGER : ANY_NUMBER);
        Optional<BigDecimal> divisor = numbers.divisor().map(BigDecimal::stripTrailingZeros);
        int scale = divisor.map(BigDecimal::scale).orElse(Limits.FRACTION);
        Bound low = numbers.low().orElse(reach(numbers.high()).negated());
        Bound high = numbers.high().orElse(reach(numbers.low()));
        if (!integer && scale > 0) return multiples(decimals(low, high, scale), divisor);

        int zeros = divisor.isPresent() ? Math.max(-scale, 0) : 0; // at the end of each number but 0
        BigInteger first = low.shifted(zeros).firstWhole();
        BigInteger last = high.shifted(zeros).lastWhole();
        Expr zero = first.signum() <= 0 && last.signum() >= 0 ? Expr.text("0") : Expr.NOTHING;
        return multiples(integers(first, last), divisor.map(value -> value.movePointLeft(zeros)))
                .map(others -> Expr.alt(zero, Expr.seq(others, Expr.text("0".repeat(zeros)))));
    }

    /// Those of the numbers that the divisor divides.
    private static Optional<Expr> multiples(Expr numbers, Optional<BigDecimal> divisor) {
        // In units of the last digit that is written, every number is a multiple of 1.
        if (divisor.isEmpty() || divisor.get().unscaledValue().equals(BigInteger.ONE)) return Optional.of(numbers);
        return Multiples.of(divisor.get())
                .flatMap(multiples -> Intersection.of(numbers, multiples))
                .map(dfa -> dfa.written(Letters.PLAIN, "multiple"));
    }

    /// Without 0.
    private static Expr integers(BigInteger low, BigInteger high) {
        return Expr.alt(
                DigitRange.of(low.max(BigInteger.ONE), high),
                Expr.seq(MINUS, DigitRange.of(high.negate().max(BigInteger.ONE), low.negate())));
    }

    private static Expr decimals(Bound low, Bound high, int digits) {
        boolean someBelow = low.value().signum() < 0;
        boolean someAbove = high.value().signum() >= 0;
        Expr positive = Expr.NOTHING;
        Expr negative = Expr.NOTHING;
        if (someAbove) {
            positive = DecimalRange.of(someBelow ? new Bound(BigDecimal.ZERO, false) : low, high, digits);
        }
        if (someBelow) {
            Bound least = someAbove ? new Bound(BigDecimal.ZERO, true) : high.negated();
            negative = DecimalRange.of(least, low.negated(), digits);
        }
        return Expr.alt(positive, Expr.seq(MINUS, negative));
    }

    /// Where numbers end if the schema leaves an end open: behind all of some digits, and of more than the
    /// other end has.
    private static Bound reach(Optional<Bound> other) {
        int digits = other.map(
                        end -> end.value().abs().toBigInteger().toString().length() + 1)
                .orElse(0);
        return new Bound(BigDecimal.TEN.pow(Math.max(digits, Limits.DIGITS)), true);
    }
}
