package dev.chasqui.api;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// An answer that is begun anew, elsewhere or once more, as long as nothing of it was given. What was begun to be
/// given ends as it ends: half an answer of one model and half of another is no answer.
final class Retried implements Generation, Iterator<Chunk> {

    /// One go at the answer.
    ///
    /// @param chunks  the generation's
    /// @param backend who gives it
    record Try(Generation generation, Iterator<Chunk> chunks, String backend) {
        static Try of(Generation generation, String backend) {
            return new Try(generation, generation.iterator(), backend);
        }
    }

    /// Where goes come from.
    interface Tries {
        /// Returns when a backend accepted the request.
        ///
        /// @param failure what became of the go before; empty for the first
        /// @throws BackendException if there is none left
        Try next(Optional<BackendException> failure);

        /// The last go gave its first piece, or ended without one.
        void answered();
    }

    private final Tries tries;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final Object lock = new Object();
    private Try now; // guarded by lock
    private boolean closed; // guarded by lock
    private boolean begun;

    /// Returns when one of the goes was accepted.
    Retried(Tries tries) {
        this.tries = tries;
        this.now = tries.next(Optional.empty());
    }

    @Override
    public Iterator<Chunk> iterator() {
        if (!taken.compareAndSet(false, true)) {
            throw new IllegalStateException("this generation's chunks were asked for already");
        }
        return this;
    }

    @Override
    public boolean hasNext() {
        while (true) {
            try {
                boolean more = now().chunks().hasNext();
                if (!begun) tries.answered();
                begun = true;
                return more;
            } catch (BackendException e) {
                now().generation().close();
                if (begun || isClosed()) throw e;
                replace(tries.next(Optional.of(e)));
            }
        }
    }

    @Override
    public Chunk next() {
        if (!hasNext()) throw new NoSuchElementException("the answer is over");
        return now().chunks().next();
    }

    @Override
    public Summary summary() {
        return now().generation().summary();
    }

    @Override
    public Optional<String> answeredBy() {
        return Optional.of(now().generation().answeredBy().orElse(now().backend()));
    }

    @Override
    public void close() {
        Generation last;
        synchronized (lock) {
            closed = true;
            last = now.generation();
        }
        last.close();
    }

    private void replace(Try fresh) {
        boolean late;
        synchronized (lock) {
            now = fresh;
            late = closed;
        }
        if (late) fresh.generation().close();
    }

    private Try now() {
        synchronized (lock) {
            return now;
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }
}
