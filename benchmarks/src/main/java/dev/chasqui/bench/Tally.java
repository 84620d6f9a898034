package dev.chasqui.bench;

import dev.chasqui.api.BackendException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/// What became of many requests. Safe to use from many threads.
final class Tally {

    enum Outcome {
        /// The whole answer came, or what there was of it at its deadline.
        ANSWERED,
        /// Its caller left, or a newer request took its place.
        CANCELLED,
        /// Its deadline could not be met, or too many waited.
        REFUSED,
        FAILED
    }

    /// Failures whose message is kept.
    private static final int MOST_TOLD = 5;

    private final AtomicLong asked = new AtomicLong();
    private final AtomicLongArray outcomes = new AtomicLongArray(Outcome.values().length);
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    /// A request is about to be made: it must be followed by an outcome.
    void asked() {
        asked.incrementAndGet();
    }

    void ended(Outcome outcome) {
        outcomes.incrementAndGet(outcome.ordinal());
    }

    void failed(String why) {
        ended(Outcome.FAILED);
        if (failures.size() < MOST_TOLD) failures.add(why);
    }

    /// The outcome of a request that ended with an exception.
    void broke(RuntimeException cause) {
        BackendException.Kind kind = cause instanceof BackendException known ? known.kind() : null;
        switch (kind) {
            case CANCELLED -> ended(Outcome.CANCELLED);
            case TOO_LATE, OVERLOADED -> ended(Outcome.REFUSED);
            case null, default -> failed(cause.toString());
        }
    }

    long count(Outcome outcome) {
        return outcomes.get(outcome.ordinal());
    }

    /// Requests that have no outcome: those on their way, and in the end those that got lost.
    long open() {
        return asked.get() - Stream.of(Outcome.values()).mapToLong(this::count).sum();
    }

    /// The first failures' messages.
    Iterable<String> failures() {
        return failures;
    }
}
