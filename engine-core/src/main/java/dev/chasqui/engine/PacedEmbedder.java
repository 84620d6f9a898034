package dev.chasqui.engine;

import dev.chasqui.llama.Decoder.Outcome;
import dev.chasqui.llama.Embedder;
import dev.chasqui.llama.TokenBatch;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/// An embedder whose threads follow a [Pace], unless a request says how many. Owns the embedder.
final class PacedEmbedder implements Embedder {

    private final Embedder embedder;
    private final IntConsumer threads;
    private final Pace pace;
    private final LongSupplier nanoClock;
    private volatile int fixed;
    private int present;

    /// @param threads sets how many threads the embedder uses from the next batch on
    PacedEmbedder(Embedder embedder, IntConsumer threads, Pace pace, LongSupplier nanoClock) {
        this.embedder = embedder;
        this.threads = threads;
        this.pace = pace;
        this.nanoClock = nanoClock;
    }

    /// As many threads from now on, `0` for as many as the cores really give.
    void fix(int count) {
        fixed = count;
    }

    @Override
    public Outcome embed(TokenBatch batch) {
        long begin = nanoClock.getAsLong();
        int asked = fixed;
        int wanted = asked > 0 ? asked : pace.next(batch.size(), begin);
        if (wanted != present) threads.accept(wanted);
        present = wanted;
        Outcome outcome = embedder.embed(batch);
        if (outcome == Outcome.DONE && asked == 0) {
            long end = nanoClock.getAsLong();
            pace.took(batch.size(), end - begin, end);
        }
        return outcome;
    }

    @Override
    public boolean wholeTexts() {
        return embedder.wholeTexts();
    }

    @Override
    public boolean reserve(int tokens) {
        return embedder.reserve(tokens);
    }

    @Override
    public int contextTokens() {
        return embedder.contextTokens();
    }

    @Override
    public int batchTokens() {
        return embedder.batchTokens();
    }

    @Override
    public int sequences() {
        return embedder.sequences();
    }

    @Override
    public void abort() {
        embedder.abort();
    }

    @Override
    public float[] vector(int sequence) {
        return embedder.vector(sequence);
    }

    @Override
    public void forget(int sequence) {
        embedder.forget(sequence);
    }

    @Override
    public void close() {
        embedder.close();
    }
}
