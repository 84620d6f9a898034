package dev.chasqui.json;

/// How long a text is that finishes something, and what it costs to choose it: its length, or nothing where
/// the schema itself declares the text as the default.
record Weight(int cost, int length) implements Comparable<Weight> {

    static final Weight NONE = new Weight(0, 0);

    /// More than any text that is ever written; sums stop here.
    private static final int MOST = 1 << 28;

    static final Weight ENDLESS = new Weight(MOST, MOST);

    static Weight of(int length) {
        return new Weight(length, length);
    }

    Weight plus(Weight other) {
        return new Weight(Math.min(cost + other.cost, MOST), Math.min(length + other.length, MOST));
    }

    Weight times(int count) {
        return new Weight((int) Math.min((long) cost * count, MOST), (int) Math.min((long) length * count, MOST));
    }

    @Override
    public int compareTo(Weight other) {
        return cost != other.cost ? Integer.compare(cost, other.cost) : Integer.compare(length, other.length);
    }
}
