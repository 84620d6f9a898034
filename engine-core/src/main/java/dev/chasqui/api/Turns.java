package dev.chasqui.api;

import dev.chasqui.api.BackendException.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request's way through several backends.
final class Turns {

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
    /// After these the next one is asked.
    private static final Set<Kind> PASSED_ON =
            EnumSet.of(Kind.NOT_FOUND, Kind.OVERLOADED, Kind.TOO_LATE, Kind.UNREACHABLE, Kind.FAILED);
    /// These say that a backend is ill, not that it is busy.
    private static final Set<Kind> ILLNESSES = EnumSet.of(Kind.UNREACHABLE, Kind.FAILED);

    private final Urgency urgency;
    private final Deque<FirstOf.Member> waiting;
    private final LongSupplier nanoTime;
    private final long startedAt;
    private Optional<FirstOf.Member> asked = Optional.empty();

    /// What is asked of each.
    interface Question<T> {
        /// @param left with what is left of the deadline
        T ask(Backend backend, Urgency left);
    }

    /// @param members in the order in which they are asked
    Turns(Urgency urgency, List<FirstOf.Member> members, LongSupplier nanoTime) {
        this.urgency = urgency;
        this.waiting = new ArrayDeque<>(members);
        this.nanoTime = nanoTime;
        this.startedAt = nanoTime.getAsLong();
    }

    Retried.Tries tries(Question<Generation> question) {
        return new Retried.Tries() {
            @Override
            public Retried.Try next(Optional<BackendException> failure) {
                failure.ifPresent(Turns.this::failed);
                return first((backend, left) -> begun(backend, left, question));
            }

            @Override
            public void answered() {
                Turns.this.answered();
            }
        };
    }

    /// The reply of the first who can give one.
    <T> T first(Question<T> question) {
        while (true) {
            FirstOf.Member member = waiting.removeFirst();
            asked = Optional.of(member);
            try {
                return question.ask(member.backend(), left());
            } catch (BackendException e) {
                failed(e);
            }
        }
    }

    /// The one who was asked last is well.
    void answered() {
        asked.ifPresent(member -> member.breaker().answered());
    }

    /// Returns if somebody else is to be asked.
    private void failed(BackendException why) {
        FirstOf.Member member = asked.orElseThrow();
        String name = member.backend().name();
        if (ILLNESSES.contains(why.kind()) && member.breaker().failed()) {
            LOG.warn("{} failed {} times in a row and is left alone for a while", name, Breaker.FAILURES);
        }
        if (!PASSED_ON.contains(why.kind()) || waiting.isEmpty() || isOver()) throw why;
        LOG.info(
                "{} cannot answer: {}. Asking {}",
                name,
                why.getMessage(),
                waiting.getFirst().backend().name());
    }

    /// While somebody else could still be asked, a backend that gives nothing in half of the time that is left counts
    /// as gone.
    private Retried.Try begun(Backend backend, Urgency left, Question<Generation> question) {
        if (waiting.isEmpty() || left.deadline().isEmpty()) {
            return Retried.Try.of(question.ask(backend, left), backend.name());
        }
        Duration patience = left.deadline().get().dividedBy(2);
        FirstPiece piece = new FirstPiece(() -> Retried.Try.of(question.ask(backend, left), backend.name()));
        FutureTask<Retried.Try> task = new FutureTask<>(piece);
        Thread.ofVirtual().name("chasqui-first-of").start(task);
        try {
            return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            piece.giveUp(task);
            throw new BackendException(
                    Kind.UNREACHABLE,
                    backend.name() + " gave nothing within " + patience.toMillis() + " ms, half of the time left",
                    e);
        } catch (InterruptedException e) {
            piece.giveUp(task);
            Thread.currentThread().interrupt();
            throw new BackendException(Kind.CANCELLED, "request canceled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BackendException known) {
                throw new BackendException(known.kind(), String.valueOf(known.getMessage()), known);
            }
            throw BackendException.failed(backend.name() + " failed: " + e.getCause(), e);
        }
    }

    private boolean isOver() {
        return urgency.deadline().filter(time -> !remaining(time).isPositive()).isPresent();
    }

    private Urgency left() {
        return urgency.deadline()
                .map(time -> urgency.withDeadline(atLeastOne(remaining(time))))
                .orElse(urgency);
    }

    private Duration remaining(Duration whole) {
        return whole.minusNanos(nanoTime.getAsLong() - startedAt);
    }

    private static Duration atLeastOne(Duration time) {
        return time.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : time;
    }
}
