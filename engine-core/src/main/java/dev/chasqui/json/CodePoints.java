package dev.chasqui.json;

import java.util.Arrays;

/// A set of Unicode characters, as ranges. Surrogates are never in it.
final class CodePoints {

    static final CodePoints NONE = new CodePoints(new int[0]);
    static final CodePoints ALL = new CodePoints(
            new int[] {0, Character.MIN_SURROGATE - 1, Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT});

    /// First, last, first, last …: ascending, and no two ranges touch.
    private final int[] bounds;

    /// The first 128 characters, a bit for each.
    private final long low;

    private final long high;

    private CodePoints(int[] bounds) {
        this.bounds = bounds;
        long[] bits = new long[2];
        for (int i = 0; i < bounds.length; i += 2) {
            for (int c = bounds[i]; c <= Math.min(bounds[i + 1], 127); c++) bits[c >> 6] |= 1L << c;
        }
        this.low = bits[0];
        this.high = bits[1];
    }

    static CodePoints of(int codePoint) {
        return range(codePoint, codePoint);
    }

    static CodePoints range(int first, int last) {
        return new CodePoints(new int[] {first, last}).and(ALL);
    }

    /// Each character of the text.
    static CodePoints in(String text) {
        return text.codePoints().mapToObj(CodePoints::of).reduce(NONE, CodePoints::or);
    }

    CodePoints or(CodePoints other) {
        return other.not().and(not()).not();
    }

    CodePoints minus(CodePoints other) {
        return and(other.not());
    }

    CodePoints and(CodePoints other) {
        int[] both = new int[bounds.length + other.bounds.length];
        int count = 0;
        for (int i = 0, j = 0; i < bounds.length && j < other.bounds.length; ) {
            int first = Math.max(bounds[i], other.bounds[j]);
            int last = Math.min(bounds[i + 1], other.bounds[j + 1]);
            if (first <= last) {
                both[count++] = first;
                both[count++] = last;
            }
            if (bounds[i + 1] < other.bounds[j + 1]) i += 2;
            else j += 2;
        }
        return new CodePoints(Arrays.copyOf(both, count));
    }

    CodePoints not() {
        int[] gaps = new int[bounds.length + 2];
        int count = 0;
        int next = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] > next) {
                gaps[count++] = next;
                gaps[count++] = bounds[i] - 1;
            }
            next = bounds[i + 1] + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            gaps[count++] = next;
            gaps[count++] = Character.MAX_CODE_POINT;
        }
        return new CodePoints(Arrays.copyOf(gaps, count)).and(ALL);
    }

    boolean contains(int codePoint) {
        if (codePoint < 64) return (low >>> codePoint & 1) != 0;
        if (codePoint < 128) return (high >>> codePoint & 1) != 0;
        return ceiling(codePoint) == codePoint;
    }

    /// The smallest character of the set that is not below this one; `-1` if there is none.
    int ceiling(int codePoint) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (codePoint <= bounds[i + 1]) return Math.max(codePoint, bounds[i]);
        }
        return -1;
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    boolean isSingle() {
        return bounds.length == 2 && bounds[0] == bounds[1];
    }

    int ranges() {
        return bounds.length / 2;
    }

    int first(int range) {
        return bounds[2 * range];
    }

    int last(int range) {
        return bounds[2 * range + 1];
    }

    /// What stands for the set where any of its characters would do: a digit or a letter if there is one.
    int typical() {
        for (int c = '0'; c <= 'z'; c++) {
            if (Character.isLetterOrDigit(c) && contains(c)) return c;
        }
        return bounds[0];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints set && Arrays.equals(bounds, set.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < bounds.length; i += 2) out.append("%x-%x ".formatted(bounds[i], bounds[i + 1]));
        return out.append(']').toString();
    }
}
