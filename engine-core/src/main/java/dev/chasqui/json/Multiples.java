package dev.chasqui.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The multiples of a number, digit by digit: all that must be remembered is the remainder of what is read.
final class Multiples {

    private static final int SIGN = 1;
    private static final int FIRST = 2;

    /// The divisor in units of its last digit behind the point.
    private final int divisor;

    private final int fraction;
    private final List<Map<Integer, CodePoints>> next = new ArrayList<>();
    private final BitSet accepting = new BitSet();

    private Multiples(int divisor, int fraction) {
        this.divisor = divisor;
        this.fraction = fraction;
    }

    /// @param divisor positive
    /// @return empty if there are too many remainders
    static Optional<Expr> of(BigDecimal divisor) {
        int fraction = Math.max(divisor.scale(), 0);
        BigInteger units = divisor.setScale(fraction).unscaledValue();
        if (units.compareTo(BigInteger.valueOf(Limits.RULE_STATES)) > 0) return Optional.empty();
        return new Multiples(units.intValueExact(), fraction)
                .automaton()
                .minimal()
                .map(dfa -> dfa.written(Letters.PLAIN, "multiple"));
    }

    /// State 0 is the start, 1 is behind the sign; then come, for each number of digits behind the point (and
    /// first of all for no point), the remainders.
    private Dfa automaton() {
        Map<Integer, CodePoints> start = digits(-1, 0);
        Map<Integer, CodePoints> signed = new LinkedHashMap<>(start);
        signed.put(SIGN, CodePoints.of('-'));
        next.add(signed);
        next.add(start);
        for (int behind = -1; behind <= fraction; behind++) {
            for (int remainder = 0; remainder < divisor; remainder++) add(behind, remainder);
        }
        return new Dfa(next, accepting);
    }

    private void add(int behind, int remainder) {
        int missing = fraction - Math.max(behind, 0);
        boolean whole = BigInteger.TEN
                .pow(missing)
                .multiply(BigInteger.valueOf(remainder))
                .mod(BigInteger.valueOf(divisor))
                .equals(BigInteger.ZERO);
        accepting.set(next.size(), whole && behind != 0);
        Map<Integer, CodePoints> edges = new LinkedHashMap<>();
        if (behind != fraction) edges.putAll(digits(behind < 0 ? -1 : behind + 1, remainder));
        if (behind < 0 && fraction > 0) edges.merge(state(0, remainder), CodePoints.of('.'), CodePoints::or);
        next.add(edges);
    }

    private Map<Integer, CodePoints> digits(int behind, int remainder) {
        Map<Integer, CodePoints> edges = new LinkedHashMap<>();
        for (int digit = 0; digit <= 9; digit++) {
            int target = state(behind, (remainder * 10 + digit) % divisor);
            edges.merge(target, CodePoints.of('0' + digit), CodePoints::or);
        }
        return edges;
    }

    private int state(int behind, int remainder) {
        return FIRST + (behind + 1) * divisor + remainder;
    }
}
