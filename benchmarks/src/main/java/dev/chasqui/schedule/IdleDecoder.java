package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenConstraint;
import dev.chasqui.llama.TokenSampler;

/// A model that computes nothing and always says the same: what is left is the scheduler.
record IdleDecoder(int contextTokens, int batchTokens, int sequences) implements Decoder {

    private static final int VOCABULARY = 1_000;
    private static final int TOKEN = 7;

    private static final TokenSampler SAMPLER = new TokenSampler() {
        @Override
        public void prime(int token) {}

        @Override
        public int sample(int row) {
            return TOKEN;
        }

        @Override
        public int sample(int row, TokenConstraint constraint) {
            return TOKEN;
        }

        @Override
        public void close() {}
    };

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public Outcome decode(TokenBatch batch) {
        return Outcome.DONE;
    }

    @Override
    public void abort() {}

    @Override
    public float[] logits(int row) {
        return new float[VOCABULARY];
    }

    @Override
    public TokenSampler sampler(Sampling sampling) {
        return SAMPLER;
    }

    @Override
    public boolean forget(int sequence, int from) {
        return true;
    }

    @Override
    public boolean shift(int sequence, int from, int to) {
        return true;
    }

    @Override
    public boolean copy(int source, int target, int to) {
        return true;
    }

    @Override
    public boolean grow(int tokens) {
        return false;
    }

    @Override
    public void close() {}
}
