package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/// The tokens with the largest logits, best first, read from where llama.cpp keeps them. Reused from token to
/// token.
///
/// It passes over the vocabulary once and writes only the few that count, where the samplers would have the
/// whole of it copied to them first.
final class Likeliest {

    private final float[] logits;
    private final int[] tokens;
    private int size;

    /// @param most how many, `>= 1`
    Likeliest(int most) {
        logits = new float[most];
        tokens = new int[most];
    }

    /// @throws LlamaException if a logit is no number
    Likeliest of(MemorySegment all, int vocabularySize) {
        size = 0;
        float least = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < vocabularySize; token++) {
            float logit = all.getAtIndex(JAVA_FLOAT, token);
            // Written so that NaN comes in, too.
            if (logit <= least && size == tokens.length) continue;
            if (Float.isNaN(logit)) throw Candidates.notNumbers();
            if (size < tokens.length) {
                rise(size++, token, logit);
            } else {
                sink(token, logit, size);
            }
            if (size == tokens.length) least = logits[0];
        }
        sort();
        return this;
    }

    /// The token of the largest logit, the first of equals.
    ///
    /// @throws LlamaException if a logit is no number, or none is possible
    static int first(MemorySegment all, int vocabularySize) {
        int best = -1;
        float most = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < vocabularySize; token++) {
            float logit = all.getAtIndex(JAVA_FLOAT, token);
            if (logit <= most) continue;
            if (Float.isNaN(logit)) throw Candidates.notNumbers();
            most = logit;
            best = token;
        }
        if (best < 0) throw Candidates.notNumbers();
        return best;
    }

    int size() {
        return size;
    }

    int token(int place) {
        return tokens[place];
    }

    float logit(int place) {
        return logits[place];
    }

    /// A heap whose root is the least: what comes in replaces it.
    private void rise(int at, int token, float logit) {
        int place = at;
        while (place > 0 && logits[(place - 1) / 2] > logit) {
            move((place - 1) / 2, place);
            place = (place - 1) / 2;
        }
        set(place, token, logit);
    }

    private void sink(int token, float logit, int end) {
        int place = 0;
        while (2 * place + 1 < end) {
            int child = 2 * place + 1;
            if (child + 1 < end && logits[child + 1] < logits[child]) child++;
            if (logits[child] >= logit) break;
            move(child, place);
            place = child;
        }
        set(place, token, logit);
    }

    private void sort() {
        for (int end = size - 1; end > 0; end--) {
            int token = tokens[end];
            float logit = logits[end];
            move(0, end);
            sink(token, logit, end);
        }
    }

    private void move(int from, int to) {
        logits[to] = logits[from];
        tokens[to] = tokens[from];
    }

    private void set(int place, int token, float logit) {
        logits[place] = logit;
        tokens[place] = token;
    }
}
