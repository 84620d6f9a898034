package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.Decoder.Outcome;
import dev.chasqui.llama.Embedder;
import dev.chasqui.llama.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A model whose vectors are a function of the text. It checks what a real one would trip over: gaps, rows beyond the
/// batch, more tokens than its context holds, sequences that do not exist, a whole text that comes in pieces.
final class ScriptedEmbedder implements Embedder {

    private final boolean wholeTexts;
    private final int batchTokens;
    private final int sequences;
    private final Map<Integer, List<Integer>> texts = new TreeMap<>();
    private final Map<Integer, float[]> vectors = new HashMap<>();
    private final List<int[]> batches = new ArrayList<>();
    private int contextTokens;
    private volatile boolean aborted;
    /// Texts of more tokens get no memory.
    int most = Integer.MAX_VALUE;

    Runnable duringEmbed = () -> {};

    ScriptedEmbedder(boolean wholeTexts, int batchTokens, int sequences) {
        this.wholeTexts = wholeTexts;
        this.batchTokens = batchTokens;
        this.sequences = sequences;
    }

    static float[] vector(int[] text) {
        return new float[] {text.length, text[0], Arrays.hashCode(text)};
    }

    @Override
    public boolean wholeTexts() {
        return wholeTexts;
    }

    @Override
    public boolean reserve(int tokens) {
        if (tokens <= contextTokens) return false;
        texts.clear();
        contextTokens = 0;
        if (tokens > most) throw new IllegalStateException("no memory for a text of " + tokens + " tokens");
        contextTokens = Math.max(batchTokens, tokens);
        return true;
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int batchTokens() {
        return contextTokens == 0 ? 0 : batchTokens;
    }

    @Override
    public int sequences() {
        return sequences;
    }

    @Override
    public Outcome embed(TokenBatch batch) {
        duringEmbed.run();
        if (aborted) {
            aborted = false;
            return Outcome.ABORTED;
        }
        assertThat(texts).as("texts in pieces").hasSizeLessThanOrEqualTo(1);
        if (!texts.isEmpty()) assertThat(texts).containsKey(batch.sequence(0));
        vectors.clear();
        int[] rows = new int[batch.size()];
        for (int row = 0; row < rows.length; row++) {
            int sequence = batch.sequence(row);
            assertThat(sequence).isBetween(0, sequences - 1);
            List<Integer> text = texts.computeIfAbsent(sequence, fresh -> new ArrayList<>());
            assertThat(batch.position(row)).isEqualTo(text.size());
            text.add(batch.token(row));
            rows[row] = sequence;
            if (batch.wantsLogits(row)) {
                vectors.put(sequence, vector(text.stream().mapToInt(i -> i).toArray()));
            }
        }
        batches.add(rows);
        assertThat(held()).isLessThanOrEqualTo(contextTokens);
        if (!wholeTexts || texts.size() > 1) assertThat(rows.length).isBetween(1, batchTokens);
        if (wholeTexts) assertThat(vectors.keySet()).isEqualTo(texts.keySet());
        return Outcome.DONE;
    }

    @Override
    public void abort() {
        aborted = true;
    }

    @Override
    public float[] vector(int sequence) {
        assertThat(vectors).containsKey(sequence);
        return vectors.get(sequence);
    }

    @Override
    public void forget(int sequence) {
        texts.remove(sequence);
    }

    @Override
    public void close() {}

    /// Tokens that were not forgotten.
    int held() {
        return texts.values().stream().mapToInt(List::size).sum();
    }

    /// Which sequences the rows of each batch belonged to, first batch first.
    List<int[]> batches() {
        return batches;
    }
}
