package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// Holds a reader up: while others are busy altogether, and else so that it reads slowly.
final class ScrubPace implements LongConsumer {

    /// A tenth of what a plain disk reads.
    static final long BYTES_PER_SECOND = 16 << 20;

    private static final Duration LOOKS_EVERY = Duration.ofSeconds(1);

    private final BooleanSupplier busy;
    private final LongSupplier nanos;
    private final Sleep sleep;
    private long before;
    private long last;

    /// Waits; [Thread#sleep(Duration)].
    interface Sleep {
        void sleep(Duration time) throws InterruptedException;
    }

    /// @param busy whether others need the machine
    ScrubPace(BooleanSupplier busy, LongSupplier nanos, Sleep sleep) {
        this.busy = busy;
        this.nanos = nanos;
        this.sleep = sleep;
        this.last = nanos.getAsLong();
    }

    /// @param bytes of this file were read; fewer than before are another's
    @Override
    public void accept(long bytes) {
        long read = bytes < before ? bytes : bytes - before;
        before = bytes;
        try {
            while (busy.getAsBoolean()) sleep.sleep(LOOKS_EVERY);
            long due = Duration.ofSeconds(read).toNanos() / BYTES_PER_SECOND;
            long left = last + due - nanos.getAsLong();
            if (left > 0) sleep.sleep(Duration.ofNanos(left));
            last = nanos.getAsLong();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
        }
    }
}
