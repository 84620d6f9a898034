package dev.chasqui.engine;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The cores, for one decode at a time, in order of asking.
///
/// llama.cpp's threads spin at barriers, so two decodes at once on the same cores slow each other down many
/// times over.
final class Cores {

    static final Cores OF_THIS_PROCESS = new Cores(System::nanoTime);

    /// Somebody who decoded so lately will want to again.
    private static final long LATELY = Duration.ofMillis(500).toNanos();

    private final ReentrantLock lock = new ReentrantLock(true);
    private final LongSupplier nanoClock;
    private @Nullable Thread user;
    private boolean others;
    private long usedAt;
    private long othersAt;

    Cores(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /// Does something with them, alone.
    ///
    /// @param work answers whether it needed them
    boolean use(BooleanSupplier work) {
        lock.lock();
        try {
            if (user != null && user != Thread.currentThread()) {
                others = true;
                othersAt = usedAt;
            }
            user = Thread.currentThread();
            boolean worked = work.getAsBoolean();
            if (worked) usedAt = nanoClock.getAsLong();
            return worked;
        } finally {
            lock.unlock();
        }
    }

    /// Whether anybody but the caller wants them. Asked inside [#use].
    boolean crowded() {
        return lock.hasQueuedThreads() || (others && nanoClock.getAsLong() - othersAt < LATELY);
    }
}
