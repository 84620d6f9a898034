package dev.chasqui.llama;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// Lets many threads use an owned native object, until it is closed: closing waits for those inside and then lets
/// nobody in.
final class Gate {

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final String what;
    private boolean closed;

    /// @param what names the object in messages
    Gate(String what) {
        this.what = what;
    }

    /// @throws IllegalStateException once closed
    <T> T use(Supplier<T> call) {
        lock.readLock().lock();
        try {
            if (closed) throw new IllegalStateException(what + " is closed");
            return call.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Runs `free` when nobody is inside, the first time only.
    void close(Runnable free) {
        lock.writeLock().lock();
        try {
            if (closed) return;
            closed = true;
            free.run();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
