package dev.chasqui.engine;

import dev.chasqui.engine.ThreadPlan.Kind;
import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.SavedSequence;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

/// A decoder as this machine can bear it: its threads follow a [Pace], and it grows as far as memory permits.
/// Owns the decoder.
final class PacedDecoder implements Decoder {

    private final Decoder decoder;
    private final IntConsumer threads;
    private final Pace pace;
    private final LongSupplier nanoClock;
    private final IntUnaryOperator growth;
    private int present;

    /// @param threads sets how many threads the decoder uses from the next decode on
    /// @param growth  how many tokens the context should have when it must have so many; fewer refuses
    PacedDecoder(Decoder decoder, IntConsumer threads, Pace pace, LongSupplier nanoClock, IntUnaryOperator growth) {
        this.decoder = decoder;
        this.threads = threads;
        this.pace = pace;
        this.nanoClock = nanoClock;
        this.growth = growth;
    }

    static PacedDecoder of(LlamaContext context, Pace pace, IntUnaryOperator growth) {
        return new PacedDecoder(context, count -> context.setThreads(count, count), pace, System::nanoTime, growth);
    }

    @Override
    public Outcome decode(TokenBatch batch) {
        Kind kind = kind(batch);
        long begin = nanoClock.getAsLong();
        int wanted = pace.next(kind, batch.size(), begin);
        if (wanted != present) threads.accept(wanted);
        present = wanted;
        Outcome outcome = decoder.decode(batch);
        if (outcome == Outcome.DONE) {
            long end = nanoClock.getAsLong();
            pace.took(kind, batch.size(), end - begin, end);
        }
        return outcome;
    }

    /// Answers want logits for each of their rows; of a prompt only the last row does.
    private static Kind kind(TokenBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (!batch.wantsLogits(row)) return Kind.PREFILL;
        }
        return Kind.DECODE;
    }

    @Override
    public int contextTokens() {
        return decoder.contextTokens();
    }

    @Override
    public int batchTokens() {
        return decoder.batchTokens();
    }

    @Override
    public int sequences() {
        return decoder.sequences();
    }

    @Override
    public int vocabularySize() {
        return decoder.vocabularySize();
    }

    @Override
    public void abort() {
        decoder.abort();
    }

    @Override
    public float[] logits(int row) {
        return decoder.logits(row);
    }

    @Override
    public TokenSampler sampler(Sampling sampling) {
        return decoder.sampler(sampling);
    }

    @Override
    public boolean forget(int sequence, int from) {
        return decoder.forget(sequence, from);
    }

    @Override
    public boolean shift(int sequence, int from, int to) {
        return decoder.shift(sequence, from, to);
    }

    @Override
    public boolean copy(int source, int target, int to) {
        return decoder.copy(source, target, to);
    }

    @Override
    public Optional<SavedSequence> save(int sequence) {
        return decoder.save(sequence);
    }

    @Override
    public boolean restore(SavedSequence saved, int sequence) {
        return decoder.restore(saved, sequence);
    }

    @Override
    public boolean grow(int contextTokens) {
        int larger = growth.applyAsInt(contextTokens);
        return larger >= contextTokens && decoder.grow(larger);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
