package dev.chasqui.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/// Measurements taken in turns: A B, B A, A B. What the machine does beside us then hits all of them alike, and
/// the ratio of two neighbours says more than two averages from different minutes.
///
/// @param values one value per round, by subject
record Rounds(Map<String, double[]> values) {

    /// What is measured, once per round.
    ///
    /// @param once gets the round's number, counted through all warm-ups and rounds, and gives the value
    record Subject(String name, IntToDoubleFunction once) {}

    /// @param warmups rounds that do not count
    /// @param pause   between two measurements, so that the last one's threads are asleep again
    static Rounds run(List<Subject> subjects, int warmups, int rounds, Duration pause) {
        Map<String, double[]> values = new LinkedHashMap<>();
        subjects.forEach(subject -> values.put(subject.name(), new double[rounds]));
        for (int i = 0; i < warmups + rounds; i++) {
            for (Subject subject : i % 2 == 0 ? subjects : subjects.reversed()) {
                rest(pause);
                double value = subject.once().applyAsDouble(i);
                if (i >= warmups) Objects.requireNonNull(values.get(subject.name()))[i - warmups] = value;
            }
        }
        return new Rounds(values);
    }

    /// A subject's value in each round.
    double[] of(String subject) {
        return Objects.requireNonNull(values.get(subject), subject).clone();
    }

    double median(String subject) {
        return median(of(subject));
    }

    /// The median over the rounds of one subject's value divided by the other's.
    double ratio(String above, String below) {
        double[] ratios = of(above);
        double[] divisors = of(below);
        Arrays.setAll(ratios, i -> ratios[i] / divisors[i]);
        return median(ratios);
    }

    /// The median over the rounds of what one subject's value is above the other's.
    double difference(String more, String less) {
        double[] differences = of(more);
        double[] subtracted = of(less);
        Arrays.setAll(differences, i -> differences[i] - subtracted[i]);
        return median(differences);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two rounds", e);
        }
    }
}
