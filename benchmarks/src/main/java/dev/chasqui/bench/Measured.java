package dev.chasqui.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What one side took for one task.
///
/// @param rounds         milliseconds of each measurement, by round: each round is a JVM of its own
/// @param counts         of all measurements together
/// @param allocatedBytes of Java heap per measurement in the JVM that asks; a server's own is not in it
record Measured(List<double[]> rounds, Counts counts, double allocatedBytes) {

    static final Measured NOTHING = new Measured(List.of(), Counts.NONE, 0);

    Measured {
        rounds = List.copyOf(rounds);
    }

    /// One round more.
    Measured plus(Measured other) {
        List<double[]> all = new ArrayList<>(rounds);
        all.addAll(other.rounds);
        int shots = shots() + other.shots();
        double bytes = (allocatedBytes * shots() + other.allocatedBytes * other.shots()) / Math.max(1, shots);
        return new Measured(all, counts.plus(other.counts), bytes);
    }

    /// The median of each round, in milliseconds.
    double[] medians() {
        return rounds.stream().mapToDouble(Rounds::median).toArray();
    }

    /// Every measurement, in milliseconds, the shortest first.
    double[] all() {
        return rounds.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    }

    int shots() {
        return rounds.stream().mapToInt(round -> round.length).sum();
    }

    /// The nearest rank.
    ///
    /// @param share in `(0, 1]`
    double percentile(double share) {
        double[] all = all();
        return all[Math.clamp((int) Math.ceil(share * all.length) - 1, 0, all.length - 1)];
    }
}
