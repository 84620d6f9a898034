package dev.chasqui.engine;

import java.util.concurrent.atomic.AtomicBoolean;

/// What is done the first time it is asked for, and never again.
final class Once {

    private Once() {}

    static Runnable of(Runnable action) {
        AtomicBoolean left = new AtomicBoolean(true);
        return () -> {
            if (left.compareAndSet(true, false)) action.run();
        };
    }
}
