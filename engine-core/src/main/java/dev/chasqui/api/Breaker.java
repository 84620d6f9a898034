package dev.chasqui.api;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Spares callers a backend that failed several times in a row: it is left alone for a while, which doubles each time
/// it fails again, and then tried by one caller before the others.
final class Breaker {

    static final int FAILURES = 3;
    static final Duration FIRST_REST = Duration.ofSeconds(1);
    static final Duration LONGEST_REST = Duration.ofSeconds(30);

    private final LongSupplier nanoTime;
    private int failures;
    private long restNanos;
    private long restsUntil;
    private boolean resting;

    /// @param nanoTime as [System#nanoTime]
    Breaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Whether a caller may ask now. After a rest one may; the next ones wait for what he reports.
    synchronized boolean mayAsk() {
        if (!resting) return true;
        long now = nanoTime.getAsLong();
        if (now - restsUntil < 0) return false;
        restsUntil = now + restNanos;
        return true;
    }

    synchronized void answered() {
        failures = 0;
        restNanos = 0;
        resting = false;
    }

    /// @return whether it rests from now on
    synchronized boolean failed() {
        failures++;
        if (failures < FAILURES) return false;
        restNanos = Math.clamp(2 * restNanos, FIRST_REST.toNanos(), LONGEST_REST.toNanos());
        restsUntil = nanoTime.getAsLong() + restNanos;
        boolean news = !resting;
        resting = true;
        return news;
    }
}
