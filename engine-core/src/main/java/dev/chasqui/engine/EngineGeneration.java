package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The way from the decode thread to the caller: one side puts pieces in without waiting, the other takes them
/// out.
///
/// The queue is bounded by the answer's own length, which is bounded by `num_predict` and the context.
final class EngineGeneration implements Generation {

    sealed interface Event {
        record Piece(String text, List<TokenLogprob> logprobs) implements Event {}

        /// @param late whether its deadline ended the answer
        record End(Summary summary, boolean late) implements Event {}

        record Failure(BackendException cause) implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final OutputSplitter splitter;
    private final FormatGuard guard;
    private volatile Runnable cancel = () -> {};
    private volatile long deadline = Long.MAX_VALUE;
    private volatile Supplier<Summary> soFar = () -> Summary.withoutWork(DoneReason.LENGTH);
    private long givenMillis;
    private boolean any;
    private volatile @Nullable Summary summary;

    EngineGeneration(OutputSplitter splitter, FormatGuard guard) {
        this.splitter = splitter;
        this.guard = guard;
    }

    /// What to do, once, when the caller leaves before the end. Set before a caller has this.
    void onCancel(Runnable action) {
        cancel = action;
    }

    /// Whatever the decode thread does, the caller has his answer or an error by then. Set before a caller has
    /// this.
    ///
    /// @param at    by [System#nanoTime]
    /// @param given what the caller gave it, for the message
    /// @param soFar the end of an answer that is cut off there
    void endBy(long at, Duration given, Supplier<Summary> soFar) {
        this.deadline = at;
        this.givenMillis = given.toMillis();
        this.soFar = soFar;
    }

    /// Cancels what is still to come; who waits for it hears why.
    void breakOff(BackendException why) {
        if (summary != null) return;
        events.add(new Event.Failure(why));
        cancelOnce();
    }

    /// Ends it with an error, and leaves whoever computes it alone: he is not there any more.
    void abandon(BackendException why) {
        if (summary != null) return;
        cancelled.set(true);
        events.add(new Event.Failure(why));
    }

    private void cancelOnce() {
        if (cancelled.compareAndSet(false, true)) cancel.run();
    }

    /// An answer without tokens: a model was loaded or unloaded.
    static Generation finished(Summary summary) {
        EngineGeneration generation = new EngineGeneration(OutputSplitter.plain(), FormatGuard.NONE);
        generation.put(new Event.End(summary, false));
        return generation;
    }

    void put(Event event) {
        events.add(event);
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
        if (!closed.compareAndSet(false, true) || summary != null) return;
        cancelOnce();
        splitter.close();
        events.add(new Event.Failure(
                new BackendException(BackendException.Kind.CANCELLED, "the generation was closed before its end")));
    }

    private final class Chunks implements Iterator<Chunk> {

        private final Queue<Chunk> ready = new ArrayDeque<>();

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && summary == null) take();
            return !ready.isEmpty();
        }

        @Override
        public Chunk next() {
            if (!hasNext()) throw new NoSuchElementException("the answer is over");
            return ready.remove();
        }

        private void guarded(List<Chunk> chunks) {
            chunks.forEach(guard::take);
            ready.addAll(chunks);
        }

        /// An answer that does not keep to its format ends with an error instead.
        private void finish(Event.End end) {
            try {
                guard.end(end.summary(), end.late()).ifPresent(ready::add);
                summary = end.summary();
            } catch (BackendException e) {
                events.add(new Event.Failure(e));
            }
        }

        private Event awaited() throws InterruptedException {
            if (deadline == Long.MAX_VALUE) return events.take();
            Event event = events.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (event instanceof Event.Piece) any = true;
            if (event != null) return event;
            cancelOnce();
            return any
                    ? new Event.End(soFar.get(), true)
                    : new Event.Failure(BackendException.tooLate(givenMillis, "the answer's first piece"));
        }

        private void take() {
            try {
                switch (awaited()) {
                    case Event.Piece piece -> guarded(splitter.piece(piece.text(), piece.logprobs()));
                    case Event.End end -> {
                        guarded(splitter.end());
                        splitter.close();
                        finish(end);
                    }
                    case Event.Failure failure -> {
                        events.add(failure); // whoever asks again hears it again
                        throw failure.cause();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
                throw new BackendException(BackendException.Kind.CANCELLED, "interrupted while waiting for a token", e);
            }
        }
    }
}
