package dev.chasqui.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps the log readable when strangers decide how often something happens.
final class Seldom {

    private final long nanosBetween;
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    Seldom(Duration between) {
        nanosBetween = between.toNanos();
    }

    /// Whether it is time to say it (again).
    boolean now() {
        long due = next.get();
        long now = System.nanoTime();
        return now - due >= 0 && next.compareAndSet(due, now + nanosBetween);
    }
}
