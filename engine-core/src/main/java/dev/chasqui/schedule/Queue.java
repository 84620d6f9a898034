package dev.chasqui.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Who waits, and who goes before whom: higher priority first, raised by one for every while of waiting; within one
/// priority the earlier deadline, then who came first.
final class Queue {

    /// Without regard to how long anybody waited: who must give way.
    static final Comparator<Sequence> BY_URGENCY = Comparator.<Sequence>comparingInt(
                    sequence -> -sequence.job.urgency().priority())
            .thenComparingLong(sequence -> sequence.job.urgency().deadline())
            .thenComparingLong(sequence -> sequence.number);

    private final long ageingNanos;
    private final List<Sequence> waiting = new ArrayList<>();

    Queue(Duration ageing) {
        this.ageingNanos = Math.max(1, ageing.toNanos());
    }

    void add(Sequence sequence) {
        waiting.add(sequence);
    }

    void remove(Sequence sequence) {
        waiting.remove(sequence);
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    List<Sequence> waiting() {
        return waiting;
    }

    /// Everybody, who goes first first.
    List<Sequence> inOrder(long now) {
        return sorted(waiting, now);
    }

    List<Sequence> sorted(List<Sequence> sequences, long now) {
        List<Sequence> sorted = new ArrayList<>(sequences);
        if (sorted.size() > 1) sorted.sort(order(now));
        return sorted;
    }

    boolean goesBefore(Sequence one, Sequence other, long now) {
        return order(now).compare(one, other) < 0;
    }

    List<Sequence> cancelled() {
        return waiting.stream().filter(sequence -> sequence.cancelled).toList();
    }

    List<Sequence> withDeadlines() {
        return waiting.stream()
                .filter(sequence -> sequence.job.urgency().hasDeadline())
                .toList();
    }

    /// The highest priority anybody came with.
    int highestPriority() {
        return waiting.stream()
                .mapToInt(sequence -> sequence.job.urgency().priority())
                .max()
                .orElse(Integer.MIN_VALUE);
    }

    private Comparator<Sequence> order(long now) {
        return Comparator.<Sequence>comparingLong(sequence -> -priority(sequence, now))
                .thenComparingLong(sequence -> sequence.job.urgency().deadline())
                .thenComparingLong(sequence -> sequence.number);
    }

    private long priority(Sequence sequence, long now) {
        return sequence.job.urgency().priority() + (now - sequence.submittedAt) / ageingNanos;
    }
}
