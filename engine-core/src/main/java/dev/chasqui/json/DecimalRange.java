package dev.chasqui.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// The decimal numbers of a range, without a sign and with a limited number of digits behind the point.
final class DecimalRange {

    private final Bound low;
    private final Bound high;

    /// The ends' digits behind the point.
    private final String lowDigits;

    private final String highDigits;
    private final int most;

    private DecimalRange(Bound low, Bound high, int most) {
        this.low = low;
        this.high = high;
        this.lowDigits = low.fraction();
        this.highDigits = high.fraction();
        this.most = most;
    }

    /// @param low  not negative
    /// @param most digits behind the point
    static Expr of(Bound low, Bound high, int most) {
        return new DecimalRange(low, high, most).write();
    }

    private Expr write() {
        BigInteger first = low.whole();
        BigInteger last = high.whole();
        int order = first.compareTo(last);
        if (order > 0) return Expr.NOTHING;
        if (order == 0) return Expr.seq(Expr.text(first.toString()), fraction(true, true));
        return Expr.alt(
                Expr.seq(Expr.text(first.toString()), fraction(true, false)),
                Expr.seq(
                        DigitRange.of(first.add(BigInteger.ONE), last.subtract(BigInteger.ONE)),
                        fraction(false, false)),
                Expr.seq(Expr.text(last.toString()), fraction(false, true)));
    }

    /// What may follow the whole part.
    ///
    /// @param atLow  whether the whole part is the lower end's, so that the fraction must reach its fraction
    /// @param atHigh the same for the upper end
    private Expr fraction(boolean atLow, boolean atHigh) {
        Expr digits = Expr.seq(Expr.text("."), digits(0, atLow, atHigh));
        return mayEnd(0, atLow, atHigh) ? Expr.optional(digits) : digits;
    }

    /// One or more digits from a position on.
    private Expr digits(int position, boolean atLow, boolean atHigh) {
        if (position == most) return Expr.NOTHING;
        if (!atHigh && (!atLow || position >= lowDigits.length() && !low.exclusive())) {
            return DigitRange.digits(1, most - position);
        }
        if (onlyZeros(position, atLow, atHigh)) {
            boolean inside = !high.exclusive() && !(atLow && low.exclusive());
            return inside ? Expr.repeat(Expr.text("0"), 1, most - position) : Expr.NOTHING;
        }
        char least = atLow ? digit(lowDigits, position) : '0';
        char greatest = atHigh ? digit(highDigits, position) : '9';
        if (least > greatest) return Expr.NOTHING;
        if (least == greatest) return then(least, least, position, atLow, atHigh);
        char from = atLow ? (char) (least + 1) : least;
        char to = atHigh ? (char) (greatest - 1) : greatest;
        List<Expr> parts = new ArrayList<>();
        if (atLow) parts.add(then(least, least, position, true, false));
        if (from <= to) parts.add(then(from, to, position, false, false));
        if (atHigh) parts.add(then(greatest, greatest, position, false, true));
        return Expr.alt(parts);
    }

    /// Whether another digit than 0 would be beyond the upper end.
    private boolean onlyZeros(int position, boolean atLow, boolean atHigh) {
        return atHigh && position >= highDigits.length() && (!atLow || position >= lowDigits.length());
    }

    private Expr then(char from, char to, int position, boolean atLow, boolean atHigh) {
        Expr more = digits(position + 1, atLow, atHigh);
        Expr end = mayEnd(position + 1, atLow, atHigh) ? Expr.EMPTY : Expr.NOTHING;
        return Expr.seq(Expr.one(from, to), Expr.alt(end, more));
    }

    /// Whether a number that is all zeros from here on is inside.
    private boolean mayEnd(int position, boolean atLow, boolean atHigh) {
        boolean reachesLow = !atLow || position >= lowDigits.length() && !low.exclusive();
        boolean staysBelowHigh = !atHigh || position < highDigits.length() || !high.exclusive();
        return reachesLow && staysBelowHigh;
    }

    private static char digit(String digits, int position) {
        return position < digits.length() ? digits.charAt(position) : '0';
    }
}
