package dev.chasqui.llama;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
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
    /// @throws NativeFaultException  where native code is dead
    <T> T use(Supplier<T> call) {
        NativeFaults.requireAlive();
        lock.readLock().lock();
        try {
            if (closed) throw new IllegalStateException(what + " is closed");
            return call.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Runs `free` when nobody is inside, the first time only; never where native code is dead, for somebody may be
    /// inside for ever then.
    void close(Runnable free) {
        if (!lockUnlessDead(lock.writeLock())) return;
        try {
            if (closed) return;
            closed = true;
            free.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Waits for a lock, interrupted or not.
    ///
    /// @return `false` if native code is dead, in which whoever holds the lock may be
    static boolean lockUnlessDead(Lock lock) {
        boolean interrupted = false;
        try {
            while (NativeFaults.dead().isEmpty()) {
                try {
                    if (lock.tryLock(1, TimeUnit.SECONDS)) return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return false;
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }
}
