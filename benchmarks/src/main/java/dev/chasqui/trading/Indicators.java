package dev.chasqui.trading;

import java.util.Arrays;

/// What technical analysis makes of a row of closing prices: one value for each, as pandas gives it.
final class Indicators {

    private Indicators() {}

    /// The mean of the last so many, or of as many as there are.
    static double[] mean(double[] values, int window) {
        double[] means = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            means[i] = Arrays.stream(values, Math.max(0, i + 1 - window), i + 1)
                    .average()
                    .orElseThrow();
        }
        return means;
    }

    static double[] deviation(double[] values, int window) {
        double[] means = mean(values, window);
        double[] deviations = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            double mean = means[i];
            deviations[i] = Math.sqrt(Arrays.stream(values, Math.max(0, i + 1 - window), i + 1)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElseThrow());
        }
        return deviations;
    }

    /// The exponential mean.
    static double[] smooth(double[] values, int span) {
        double[] smoothed = values.clone();
        double weight = 2.0 / (span + 1);
        for (int i = 1; i < values.length; i++) {
            smoothed[i] = weight * values[i] + (1 - weight) * smoothed[i - 1];
        }
        return smoothed;
    }

    /// Relative strength, in `[0, 100]`.
    static double[] strength(double[] values, int window) {
        double[] up = new double[values.length];
        double[] down = new double[values.length];
        for (int i = 1; i < values.length; i++) {
            up[i] = Math.max(0, values[i] - values[i - 1]);
            down[i] = Math.max(0, values[i - 1] - values[i]);
        }
        double[] gains = mean(up, window);
        double[] losses = mean(down, window);
        double[] strengths = new double[values.length];
        Arrays.setAll(strengths, i -> gains[i] + losses[i] == 0 ? 50 : 100 * gains[i] / (gains[i] + losses[i]));
        return strengths;
    }

    static double[] less(double[] values, double[] subtracted) {
        return plus(values, subtracted, -1);
    }

    /// `values + factor * others`
    static double[] plus(double[] values, double[] others, double factor) {
        double[] sums = new double[values.length];
        Arrays.setAll(sums, i -> values[i] + factor * others[i]);
        return sums;
    }
}
