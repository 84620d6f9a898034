package dev.chasqui.isolate;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Tells a child that stands still from one that is slow. Time counts as far as this process could run itself: a
/// pause of its own is one tick, however long it was.
final class Watch {

    static final Duration TICK = Duration.ofMillis(100);

    /// Two beats missed, and the system says it was stopped.
    private static final Duration STOPPED = Duration.ofMillis(500);

    /// Longer than any garbage collection of its small heap, on a machine with more to do than it can.
    private static final Duration SILENT = Duration.ofSeconds(10);

    private final LongSupplier nanoClock;
    private Object watched = this;
    private long lookedAt;
    private long silence;

    Watch(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lookedAt = nanoClock.getAsLong();
    }

    /// To be asked each tick.
    ///
    /// @return why it counts as dead, if it does
    Optional<String> look(Child child) {
        return look(child, child.wasHeard(), child::isStopped);
    }

    Optional<String> look(Object child, boolean heard, BooleanSupplier stopped) {
        long now = nanoClock.getAsLong();
        long passed = Math.min(now - lookedAt, 2 * TICK.toNanos());
        lookedAt = now;
        if (heard || child != watched) silence = 0;
        else silence += passed;
        watched = child;
        if (silence >= SILENT.toNanos()) {
            return Optional.of("it gave no sign of life for " + SILENT.toSeconds() + " s");
        }
        if (silence >= STOPPED.toNanos() && stopped.getAsBoolean()) return Optional.of("it was stopped (SIGSTOP)");
        return Optional.empty();
    }
}
