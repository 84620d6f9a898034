package dev.chasqui.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/// What a schema says of a number.
///
/// @param divisor of `multipleOf`; positive
record Numbers(Optional<Bound> low, Optional<Bound> high, Optional<BigDecimal> divisor) {

    static final Numbers ANY = new Numbers(Optional.empty(), Optional.empty(), Optional.empty());

    boolean isStated() {
        return low.isPresent() || high.isPresent() || divisor.isPresent();
    }

    /// What both say.
    Numbers and(Numbers other) {
        return new Numbers(
                low.map(mine -> other.low.map(mine::higher).orElse(mine)).or(other::low),
                high.map(mine -> other.high.map(mine::lower).orElse(mine)).or(other::high),
                divisor.map(mine -> other.divisor
                                .map(its -> leastCommonMultiple(mine, its))
                                .orElse(mine))
                        .or(other::divisor));
    }

    /// Whether no number is in both ranges.
    boolean isApart(Numbers other) {
        return isBelow(other) || other.isBelow(this);
    }

    private boolean isBelow(Numbers other) {
        if (high.isEmpty() || other.low.isEmpty()) return false;
        int order = high.get().value().compareTo(other.low.get().value());
        return order < 0
                || order == 0 && (high.get().exclusive() || other.low.get().exclusive());
    }

    /// @return what is wrong; empty if nothing is
    Optional<String> problem(Json.Num number) {
        BigDecimal value = number.value();
        if (low.isPresent() && !low.get().isBelow(value)) {
            return Optional.of("is " + number + "; expected " + (low.get().exclusive() ? "more than " : "at least ")
                    + new Json.Num(low.get().value()));
        }
        if (high.isPresent() && !high.get().isAbove(value)) {
            return Optional.of("is " + number + "; expected " + (high.get().exclusive() ? "less than " : "at most ")
                    + new Json.Num(high.get().value()));
        }
        if (divisor.isPresent() && !divides(divisor.get(), value)) {
            return Optional.of("is " + number + "; expected a multiple of " + new Json.Num(divisor.get()));
        }
        return Optional.empty();
    }

    /// A number with hundreds of digits is no multiple of anything here: to find out would take too long.
    private static boolean divides(BigDecimal divisor, BigDecimal value) {
        return Math.abs((long) value.scale()) + value.precision() <= Limits.DIVIDED_DIGITS
                && value.remainder(divisor).signum() == 0;
    }

    private static BigDecimal leastCommonMultiple(BigDecimal a, BigDecimal b) {
        int scale = Math.max(Math.max(a.scale(), b.scale()), 0);
        BigInteger first = a.setScale(scale).unscaledValue();
        BigInteger second = b.setScale(scale).unscaledValue();
        return new BigDecimal(first.divide(first.gcd(second)).multiply(second), scale);
    }
}
