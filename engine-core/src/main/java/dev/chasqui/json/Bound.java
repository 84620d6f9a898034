package dev.chasqui.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// One end of a range of numbers.
///
/// @param exclusive whether the number itself is outside
record Bound(BigDecimal value, boolean exclusive) {

    Bound {
        value = value.stripTrailingZeros();
    }

    /// Of two lower ends, the one that allows less.
    Bound higher(Bound other) {
        int order = value.compareTo(other.value);
        return order > 0 || order == 0 && exclusive ? this : other;
    }

    /// Of two upper ends, the one that allows less.
    Bound lower(Bound other) {
        int order = value.compareTo(other.value);
        return order < 0 || order == 0 && exclusive ? this : other;
    }

    boolean isBelow(BigDecimal number) {
        int order = value.compareTo(number);
        return order < 0 || order == 0 && !exclusive;
    }

    boolean isAbove(BigDecimal number) {
        int order = value.compareTo(number);
        return order > 0 || order == 0 && !exclusive;
    }

    Bound negated() {
        return new Bound(value.negate(), exclusive);
    }

    /// With the point so many digits further to the left.
    Bound shifted(int digits) {
        return new Bound(value.movePointLeft(digits), exclusive);
    }

    /// The whole part of a number that is not negative.
    BigInteger whole() {
        return value.toBigInteger();
    }

    /// The digits behind the point of a number that is not negative, without zeros at the end.
    String fraction() {
        String plain = value.toPlainString();
        int point = plain.indexOf('.');
        return point < 0 ? "" : plain.substring(point + 1);
    }

    /// The smallest whole number inside, for a lower end.
    BigInteger firstWhole() {
        BigInteger ceiling = value.setScale(0, RoundingMode.CEILING).toBigInteger();
        return exclusive && Json.isWhole(value) ? ceiling.add(BigInteger.ONE) : ceiling;
    }

    /// The largest whole number inside, for an upper end.
    BigInteger lastWhole() {
        BigInteger floor = value.setScale(0, RoundingMode.FLOOR).toBigInteger();
        return exclusive && Json.isWhole(value) ? floor.subtract(BigInteger.ONE) : floor;
    }
}
