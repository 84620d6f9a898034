package dev.chasqui.llama.common;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/// An object of C++ that Java owns. It is freed once, when it is closed and the last call inside it has returned.
final class NativeHandle implements AutoCloseable {

    private final String what;
    private final long address;
    private final LongConsumer free;
    private int users = 1; // the owner is the first

    private boolean closed;

    /// Calls that nobody waits for any more.
    private final AtomicInteger overdue = new AtomicInteger();

    NativeHandle(String what, long address, LongConsumer free) {
        this.what = what;
        this.address = address;
        this.free = free;
    }

    /// @throws IllegalStateException after [#close]
    <T> T use(LongFunction<T> call) {
        synchronized (this) {
            requireOpen();
            users++;
        }
        try {
            return call.apply(address);
        } finally {
            leave();
        }
    }

    AtomicInteger overdue() {
        return overdue;
    }

    /// @throws IllegalStateException after [#close]
    synchronized void requireOpen() {
        if (closed) throw new IllegalStateException("the " + what + " is closed");
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) return;
            closed = true;
        }
        leave();
    }

    private void leave() {
        synchronized (this) {
            if (--users > 0) return;
        }
        free.accept(address);
    }
}
