package dev.chasqui.llama;

import java.util.Arrays;

/// The rows of one decode: token, position, sequence, and whether its logits are wanted. Reused from turn to
/// turn.
public final class TokenBatch {

    private int[] tokens;
    private int[] positions;
    private int[] sequences;
    private boolean[] logits;
    private int size;

    public TokenBatch(int capacity) {
        tokens = new int[capacity];
        positions = new int[capacity];
        sequences = new int[capacity];
        logits = new boolean[capacity];
    }

    /// @return the row's index, to ask for its logits by
    public int add(int token, int position, int sequence, boolean wantLogits) {
        if (size == tokens.length) grow();
        tokens[size] = token;
        positions[size] = position;
        sequences[size] = sequence;
        logits[size] = wantLogits;
        return size++;
    }

    public int size() {
        return size;
    }

    public int token(int row) {
        return tokens[row];
    }

    public int position(int row) {
        return positions[row];
    }

    public int sequence(int row) {
        return sequences[row];
    }

    public boolean wantsLogits(int row) {
        return logits[row];
    }

    public void clear() {
        size = 0;
    }

    private void grow() {
        int capacity = Math.max(16, size * 2);
        tokens = Arrays.copyOf(tokens, capacity);
        positions = Arrays.copyOf(positions, capacity);
        sequences = Arrays.copyOf(sequences, capacity);
        logits = Arrays.copyOf(logits, capacity);
    }
}
