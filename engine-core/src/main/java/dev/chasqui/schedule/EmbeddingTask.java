package dev.chasqui.schedule;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One request on its way: which of its texts wait, and the vectors that are there.
final class EmbeddingTask implements Ticket, Queued {

    final EmbeddingJob job;
    final EmbeddingSink sink;
    private final long number;
    private final long submittedAt;
    private final Consumer<EmbeddingTask> cancelling;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final float[][] vectors;
    private int missing;
    private long tokensLeft;
    private volatile boolean cancelled;

    /// @param cancelling hears of it when the caller leaves
    EmbeddingTask(EmbeddingJob job, EmbeddingSink sink, long number, long now, Consumer<EmbeddingTask> cancelling) {
        this.job = job;
        this.sink = sink;
        this.number = number;
        this.submittedAt = now;
        this.cancelling = cancelling;
        this.missing = job.texts().size();
        this.vectors = new float[missing][];
        for (int i = 0; i < missing; i++) {
            waiting.add(i);
            tokensLeft += job.texts().get(i).length;
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        cancelling.accept(this);
    }

    @Override
    public Urgency urgency() {
        return job.urgency();
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public long submittedAt() {
        return submittedAt;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    /// Tokens of the texts that have no vector yet.
    long tokensLeft() {
        return tokensLeft;
    }

    /// The text that is begun next; `null` if all are.
    int @Nullable [] next() {
        Integer first = waiting.peekFirst();
        return first == null ? null : job.texts().get(first);
    }

    /// Takes the next text.
    int begin() {
        return waiting.removeFirst();
    }

    /// What was begun has to begin again.
    void putBack(int text) {
        waiting.addFirst(text);
    }

    /// @return whether that was the last one
    boolean put(int text, float[] vector) {
        vectors[text] = vector;
        tokensLeft -= job.texts().get(text).length;
        return --missing == 0;
    }

    void end() {
        sink.ended(Arrays.asList(vectors));
    }
}
