package dev.chasqui.trading;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A price that walks at random, bar by bar.
///
/// @param bars oldest first
record Candles(List<Bar> bars) {

    /// @param time   when the bar begins
    /// @param volume units traded in it
    record Bar(LocalDateTime time, double open, double high, double low, double close, double volume) {}

    private static final LocalDateTime BEGIN = LocalDateTime.of(2026, 3, 2, 0, 0);
    private static final double SPREAD = 0.006;

    Candles {
        bars = List.copyOf(bars);
    }

    /// @param seed  the same seed walks the same way
    /// @param price where it begins
    static Candles walk(long seed, double price, Duration length, int count) {
        Random random = new Random(seed);
        List<Bar> bars = new ArrayList<>();
        double open = price;
        for (int i = 0; i < count; i++) {
            double close = open * (1 + SPREAD * random.nextGaussian());
            double high = Math.max(open, close) * (1 + SPREAD * random.nextDouble());
            double low = Math.min(open, close) * (1 - SPREAD * random.nextDouble());
            double volume = 100_000 + 900_000 * random.nextDouble();
            bars.add(new Bar(BEGIN.plus(length.multipliedBy(i)), open, high, low, close, volume));
            open = close;
        }
        return new Candles(bars);
    }

    /// Some of them in a row.
    Candles window(int from, int count) {
        return new Candles(bars.subList(from, from + count));
    }

    Candles last(int count) {
        return window(bars.size() - count, count);
    }

    double[] closes() {
        return bars.stream().mapToDouble(Bar::close).toArray();
    }
}
