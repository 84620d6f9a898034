package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A model whose next token is a function of all tokens before it, with a cache of a given size. It checks what a
/// real one would trip over: gaps, positions used twice, rows beyond the batch, sequences that do not exist.
final class ScriptedDecoder implements Decoder {

    static final int VOCABULARY = 1000;

    private final int contextTokens;
    private final int batchTokens;
    private final int sequences;
    private final Map<Integer, List<Integer>> cache = new TreeMap<>();
    private final List<int[]> batchSequences = new ArrayList<>();
    private int[] nextTokens = {};
    private int openSamplers;
    private boolean aborted;
    Runnable duringDecode = () -> {};

    ScriptedDecoder(int contextTokens, int batchTokens, int sequences) {
        this.contextTokens = contextTokens;
        this.batchTokens = batchTokens;
        this.sequences = sequences;
    }

    /// The answer this model gives to a prompt when it is alone.
    static List<Integer> answer(int[] prompt, int tokens) {
        List<Integer> all = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        for (int i = 0; i < tokens; i++) all.add(next(all));
        return all.subList(prompt.length, all.size());
    }

    private static int next(List<Integer> tokens) {
        return Math.floorMod(tokens.hashCode(), VOCABULARY);
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int batchTokens() {
        return batchTokens;
    }

    @Override
    public int sequences() {
        return sequences;
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public Outcome decode(TokenBatch batch) {
        assertThat(batch.size()).isBetween(1, batchTokens);
        duringDecode.run();
        if (aborted) {
            aborted = false;
            return Outcome.ABORTED;
        }
        if (held() + batch.size() > contextTokens) return Outcome.NO_ROOM;
        nextTokens = new int[batch.size()];
        int[] rows = new int[batch.size()];
        for (int row = 0; row < batch.size(); row++) {
            assertThat(batch.sequence(row)).isBetween(0, sequences - 1);
            List<Integer> line = cache.computeIfAbsent(batch.sequence(row), slot -> new ArrayList<>());
            assertThat(batch.position(row))
                    .as("position in sequence %d", batch.sequence(row))
                    .isEqualTo(line.size());
            line.add(batch.token(row));
            nextTokens[row] = batch.wantsLogits(row) ? next(line) : -1;
            rows[row] = batch.sequence(row);
        }
        batchSequences.add(rows);
        return Outcome.DONE;
    }

    @Override
    public void abort() {
        aborted = true;
    }

    @Override
    public float[] logits(int row) {
        assertThat(nextTokens[row]).isNotNegative();
        float[] logits = new float[VOCABULARY];
        logits[nextTokens[row]] = 1;
        return logits;
    }

    @Override
    public TokenSampler sampler(Sampling sampling) {
        openSamplers++;
        return new TokenSampler() {
            @Override
            public void prime(int token) {}

            @Override
            public int sample(int row) {
                assertThat(nextTokens[row]).as("row %d asked for logits", row).isNotNegative();
                return nextTokens[row];
            }

            @Override
            public void close() {
                openSamplers--;
            }
        };
    }

    @Override
    public boolean forget(int sequence, int from) {
        List<Integer> line = cache.getOrDefault(sequence, new ArrayList<>());
        if (from < line.size()) line.subList(from, line.size()).clear();
        if (line.isEmpty()) cache.remove(sequence);
        return true;
    }

    @Override
    public boolean shift(int sequence, int from, int to) {
        cache.get(sequence).subList(from, to).clear();
        return true;
    }

    @Override
    public void close() {}

    int held() {
        return cache.values().stream().mapToInt(List::size).sum();
    }

    int openSamplers() {
        return openSamplers;
    }

    /// Which sequences the rows of each batch belonged to, first batch first.
    List<int[]> batches() {
        return batchSequences;
    }
}
