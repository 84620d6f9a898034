package dev.chasqui.bench;

import java.util.Arrays;
import java.util.Locale;

/// What may be said of two sides' times.
///
/// The rule: a difference is called one only where the 95 % confidence interval of the ratio, by Student's t over the
/// logarithms of the rounds' ratios, leaves 1 out, and there were at least three rounds. Two neighbours in a round
/// saw the same machine, so their ratio says more than the ratio of two averages.
///
/// @param ratio the geometric mean of the rounds' ratios
/// @param low   where the interval begins
/// @param high  where it ends
record Verdict(double ratio, double low, double high, Call call) {

    enum Call {
        FASTER("faster"),
        SLOWER("slower"),
        NONE("no difference shown"),
        TOO_FEW("too few rounds to say");

        final String words;

        Call(String words) {
            this.words = words;
        }
    }

    static final int LEAST_ROUNDS = 3;

    /// Student's t for 95 %, two-sided, by degrees of freedom from 2 on.
    private static final double[] T = {
        4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120
    };

    /// @param side      its time in each round, `> 0`
    /// @param reference the other's in the same rounds
    static Verdict of(double[] side, double[] reference) {
        int rounds = Math.min(side.length, reference.length);
        double[] logs = new double[rounds];
        Arrays.setAll(logs, i -> Math.log(side[i] / reference[i]));
        double mean = Arrays.stream(logs).average().orElse(Double.NaN);
        if (rounds < LEAST_ROUNDS) {
            double least = Arrays.stream(logs).min().orElse(Double.NaN);
            double most = Arrays.stream(logs).max().orElse(Double.NaN);
            return new Verdict(Math.exp(mean), Math.exp(least), Math.exp(most), Call.TOO_FEW);
        }
        double squares =
                Arrays.stream(logs).map(log -> (log - mean) * (log - mean)).sum();
        double error = Math.sqrt(squares / (rounds - 1) / rounds);
        double margin = T[Math.min(rounds - LEAST_ROUNDS, T.length - 1)] * error;
        double low = Math.exp(mean - margin);
        double high = Math.exp(mean + margin);
        Call call = high < 1 ? Call.FASTER : low > 1 ? Call.SLOWER : Call.NONE;
        return new Verdict(Math.exp(mean), low, high, call);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f [%.2f, %.2f] %s", ratio, low, high, call.words);
    }
}
