package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.tune.Probe;
import dev.chasqui.tune.Shape;

/// Computes samples in a context, and times them. Owns the context.
///
/// The tokens are made up: how long they take does not depend on what they say. Each decode waits for its turn
/// among those of other models in this process; the wait is not timed.
final class ContextBench implements Probe.Bench {

    private final Decoder context;
    private final Shape shape;
    private int length;

    private ContextBench(Decoder context, Shape shape) {
        this.context = context;
        this.shape = shape;
    }

    /// Runs a little of everything first, so that threads and buffers are there.
    static ContextBench open(Decoder context, Shape shape) {
        ContextBench bench = new ContextBench(context, shape);
        try {
            bench.compute(Math.min(context.batchTokens(), shape.promptTokens()));
            bench.compute(1);
            bench.cutTo(0);
            if (!shape.promptCounts()) bench.compute(shape.promptTokens());
            return bench;
        } catch (Throwable t) {
            context.close();
            throw t;
        }
    }

    /// How many tokens of a prompt this context computes in a second.
    static double promptTokensPerSecond(Decoder context, int tokens) {
        try (ContextBench bench = open(context, new Shape(tokens, true, 0, 0, 0))) {
            return tokens * 1e9 / Math.max(1, bench.run().promptNanos());
        }
    }

    @Override
    public Shape.Sample run() {
        long prompts = 0;
        long answers = 0;
        if (shape.promptCounts()) {
            cutTo(0);
            prompts += compute(shape.promptTokens());
        }
        for (int tail = 0; tail < shape.tails(); tail++) {
            cutTo(shape.promptTokens());
            prompts += compute(shape.tailTokens());
            for (int token = 0; token < shape.answerTokens(); token++) answers += compute(1);
        }
        return new Shape.Sample(prompts, answers);
    }

    @Override
    public void close() {
        context.close();
    }

    /// What cannot be cut is computed anew, which is not timed.
    private void cutTo(int tokens) {
        boolean cut = context.forget(0, tokens);
        if (!cut) context.forget(0, 0);
        length = cut ? Math.min(length, tokens) : 0;
        compute(tokens - length);
    }

    /// @return how long it took, in nanoseconds
    private long compute(int tokens) {
        long nanos = 0;
        for (int left = tokens; left > 0; ) {
            int rows = Math.min(left, context.batchTokens());
            TokenBatch batch = new TokenBatch(rows);
            for (int i = 0; i < rows; i++) batch.add(token(length + i), length + i, 0, i == left - 1);
            nanos += decode(batch);
            length += rows;
            left -= rows;
        }
        return nanos;
    }

    private long decode(TokenBatch batch) {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendException(BackendException.Kind.CANCELLED, "tuning was given up");
        }
        long[] nanos = new long[1];
        Cores.OF_THIS_PROCESS.use(() -> {
            nanos[0] = decodeAlone(batch);
            return true;
        });
        return nanos[0];
    }

    private long decodeAlone(TokenBatch batch) {
        long begin = System.nanoTime();
        Decoder.Outcome outcome = context.decode(batch);
        long nanos = System.nanoTime() - begin;
        if (outcome != Decoder.Outcome.DONE) {
            throw new LlamaException("a batch of " + batch.size() + " rows ended with " + outcome);
        }
        return nanos;
    }

    /// Scattered over the vocabulary.
    private int token(int position) {
        return (int) (position * 2_654_435_761L % context.vocabularySize());
    }
}
