package dev.chasqui.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Who waits, and who goes before whom: higher priority first, raised by one for every while of waiting; within one
/// priority the earlier deadline, then who came first.
///
/// @param <R> what waits
final class Queue<R extends Queued> {

    /// Without regard to how long anybody waited: who must give way.
    static final Comparator<Queued> BY_URGENCY = Comparator.<Queued>comparingInt(
                    request -> -request.urgency().priority())
            .thenComparingLong(request -> request.urgency().deadline())
            .thenComparingLong(Queued::number);

    private final long ageingNanos;
    private final List<R> waiting = new ArrayList<>();

    Queue(Duration ageing) {
        this.ageingNanos = Math.max(1, ageing.toNanos());
    }

    void add(R request) {
        waiting.add(request);
    }

    void remove(R request) {
        waiting.remove(request);
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    List<R> waiting() {
        return waiting;
    }

    /// Everybody, who goes first first.
    List<R> inOrder(long now) {
        return sorted(waiting, now);
    }

    List<R> sorted(List<R> requests, long now) {
        List<R> sorted = new ArrayList<>(requests);
        if (sorted.size() > 1) sorted.sort(order(now));
        return sorted;
    }

    boolean goesBefore(R one, R other, long now) {
        return order(now).compare(one, other) < 0;
    }

    List<R> cancelled() {
        return waiting.stream().filter(Queued::isCancelled).toList();
    }

    List<R> withDeadlines() {
        return waiting.stream()
                .filter(request -> request.urgency().hasDeadline())
                .toList();
    }

    /// The highest priority anybody came with.
    int highestPriority() {
        return waiting.stream()
                .mapToInt(request -> request.urgency().priority())
                .max()
                .orElse(Integer.MIN_VALUE);
    }

    private Comparator<Queued> order(long now) {
        return Comparator.<Queued>comparingLong(request -> -priority(request, now))
                .thenComparingLong(request -> request.urgency().deadline())
                .thenComparingLong(Queued::number);
    }

    private long priority(Queued request, long now) {
        return request.urgency().priority() + (now - request.submittedAt()) / ageingNanos;
    }
}
