package dev.chasqui.api;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// Begins an answer and waits for its first piece, on a thread that may be given up: what it began then is closed.
final class FirstPiece implements Callable<Retried.Try> {

    private final Supplier<Retried.Try> begin;
    private boolean givenUp; // guarded by this

    FirstPiece(Supplier<Retried.Try> begin) {
        this.begin = begin;
    }

    @Override
    public Retried.Try call() {
        Retried.Try one = begin.get();
        boolean kept = false;
        try {
            boolean unused = one.chunks().hasNext();
            synchronized (this) {
                kept = !givenUp;
            }
            return one;
        } finally {
            if (!kept) one.generation().close();
        }
    }

    void giveUp(Future<?> task) {
        synchronized (this) {
            givenUp = true;
        }
        task.cancel(true);
    }
}
