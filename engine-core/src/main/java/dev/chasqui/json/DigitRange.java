package dev.chasqui.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// The whole numbers of a range, without a sign: `[0-9]|1[0-7]` for 0 to 17.
final class DigitRange {

    private DigitRange() {}

    /// @param low not negative
    static Expr of(BigInteger low, BigInteger high) {
        if (low.compareTo(high) > 0) return Expr.NOTHING;
        String first = low.toString();
        String last = high.toString();
        List<Expr> parts = new ArrayList<>();
        int fullFrom = 0; // the shortest of the lengths whose numbers are all inside, as far as they follow
        for (int length = first.length(); length <= last.length(); length++) {
            String least = "1" + "0".repeat(length - 1);
            String most = "9".repeat(length);
            String from = length == first.length() ? first : least;
            String to = length == last.length() ? last : most;
            boolean full = from.equals(least) && to.equals(most);
            if (full && fullFrom == 0) fullFrom = length;
            if (fullFrom > 0 && (!full || length == last.length())) {
                int fullTo = full ? length : length - 1;
                parts.add(Expr.seq(Expr.one('1', '9'), digits(fullFrom - 1, fullTo - 1)));
                fullFrom = 0;
            }
            if (!full) parts.add(between(from, to));
        }
        return Expr.alt(parts);
    }

    static Expr digits(int min, int max) {
        return Expr.repeat(Expr.one('0', '9'), min, max);
    }

    /// Those of one length.
    private static Expr between(String from, String to) {
        int same = 0;
        while (same < from.length() && from.charAt(same) == to.charAt(same)) same++;
        if (same == from.length()) return Expr.text(from);

        char low = from.charAt(same);
        char high = to.charAt(same);
        String lowTail = from.substring(same + 1);
        String highTail = to.substring(same + 1);
        int tail = lowTail.length();
        List<Expr> parts = new ArrayList<>();
        if (!lowTail.equals("0".repeat(tail))) {
            parts.add(Expr.seq(digit(low), between(lowTail, "9".repeat(tail))));
            low++;
        }
        boolean cutAbove = !highTail.equals("9".repeat(tail));
        char last = cutAbove ? (char) (high - 1) : high;
        if (low <= last) parts.add(Expr.seq(Expr.one(low, last), digits(tail, tail)));
        if (cutAbove) parts.add(Expr.seq(digit(high), between("0".repeat(tail), highTail)));
        return Expr.seq(Expr.text(from.substring(0, same)), Expr.alt(parts));
    }

    private static Expr digit(char digit) {
        return Expr.text(String.valueOf(digit));
    }
}
