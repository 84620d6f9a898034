package dev.chasqui.llama;

import java.util.Arrays;

/// Where each sequence of a context ends, so that a batch is checked before native code sees it.
final class Positions {

    private final int[] next;
    private final int[] planned;
    private final boolean[] touched;
    private final boolean[] shared;

    Positions(int sequences) {
        next = new int[sequences];
        planned = new int[sequences];
        touched = new boolean[sequences];
        shared = new boolean[sequences];
    }

    /// The position a sequence's next token has.
    int next(int sequence) {
        return next[sequence];
    }

    void set(int sequence, int position) {
        next[sequence] = position;
        if (position == 0) shared[sequence] = false;
    }

    /// Cells that two sequences hold cannot move for one of them.
    void share(int source, int target) {
        shared[source] = true;
        shared[target] = true;
    }

    boolean shares(int sequence) {
        return shared[sequence];
    }

    void check(int sequence) {
        if (sequence < 0 || sequence >= next.length) {
            throw new IllegalArgumentException(
                    "sequence " + sequence + " does not exist; this context has " + next.length);
        }
    }

    /// Checks a whole batch, without keeping anything of it.
    ///
    /// @return how many rows ask for logits
    /// @throws IllegalArgumentException if a row names what cannot be
    int check(TokenBatch batch, int vocabularySize) {
        System.arraycopy(next, 0, planned, 0, next.length);
        Arrays.fill(touched, false);
        int outputs = 0;
        for (int row = 0; row < batch.size(); row++) {
            int token = batch.token(row);
            if (token < 0 || token >= vocabularySize) {
                throw new IllegalArgumentException(
                        "row " + row + " has token " + token + "; the vocabulary has " + vocabularySize);
            }
            int sequence = batch.sequence(row);
            check(sequence);
            if (batch.position(row) != planned[sequence]) {
                throw new IllegalArgumentException("row " + row + " puts sequence " + sequence + " at position "
                        + batch.position(row) + "; its next is " + planned[sequence]);
            }
            planned[sequence]++;
            touched[sequence] = true;
            if (batch.wantsLogits(row)) outputs++;
        }
        return outputs;
    }

    /// The batch checked last is in the cache.
    void advance() {
        System.arraycopy(planned, 0, next, 0, next.length);
    }

    /// Whether the batch checked last had rows of this sequence.
    boolean touched(int sequence) {
        return touched[sequence];
    }

    int sequences() {
        return next.length;
    }
}
