package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Summary;
import dev.chasqui.isolate.Frame;
import dev.chasqui.isolate.RemoteCall;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// An answer that an engine in another process makes. It ends with that process, by an error.
final class RemoteGeneration implements Generation {

    private final RemoteCall call;
    private final Deadline deadline;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile @Nullable Summary summary;

    RemoteGeneration(RemoteCall call, Deadline deadline) {
        this.call = call;
        this.deadline = deadline;
    }

    @Override
    public Iterator<Chunk> iterator() {
        if (!asked.compareAndSet(false, true)) {
            throw new IllegalStateException("this generation's chunks were asked for already");
        }
        return new Chunks();
    }

    @Override
    public Summary summary() {
        Summary known = summary;
        if (known == null) throw new IllegalStateException("the answer is not over; take its chunks first");
        return known;
    }

    @Override
    public void close() {
        call.giveUp(new BackendException(Kind.CANCELLED, "the generation was closed before its end"));
    }

    private final class Chunks implements Iterator<Chunk> {

        private @Nullable Chunk ready;

        @Override
        public boolean hasNext() {
            while (ready == null && summary == null) take();
            return ready != null;
        }

        @Override
        public Chunk next() {
            if (!hasNext()) throw new NoSuchElementException("the answer is over");
            Chunk next = ready;
            ready = null;
            if (next == null) throw new NoSuchElementException("the answer is over");
            return next;
        }

        private void take() {
            try {
                Optional<Frame> came = call.next(deadline.last());
                if (came.isEmpty()) throw deadline.missed(call);
                switch (came.get().kind()) {
                    case PIECE -> ready = Wire.read(came.get().body(), Chunk.class);
                    case RESULT -> summary = Wire.read(came.get().body(), Summary.class);
                    default -> {}
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
                throw new BackendException(Kind.CANCELLED, "interrupted while waiting for a token", e);
            }
        }
    }
}
