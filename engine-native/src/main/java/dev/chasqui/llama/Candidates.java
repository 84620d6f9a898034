package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The tokens llama.cpp's samplers choose from, each with its logit, in native memory.
final class Candidates {

    private static final int ROW = (int) Structs.TOKEN_DATA.byteSize();
    private static final long LOGIT = Structs.offset(Structs.TOKEN_DATA, "logit");
    private static final long PROBABILITY = Structs.offset(Structs.TOKEN_DATA, "p");
    private static final long SIZE = Structs.offset(Structs.TOKEN_DATA_ARRAY, "size");
    private static final long SELECTED = Structs.offset(Structs.TOKEN_DATA_ARRAY, "selected");
    private static final long SORTED = Structs.offset(Structs.TOKEN_DATA_ARRAY, "sorted");

    private final Arena arena;
    private final MemorySegment array;
    private final MemorySegment single;
    private MemorySegment rows;

    Candidates(Arena arena) {
        this.arena = arena;
        this.array = arena.allocate(Structs.TOKEN_DATA_ARRAY);
        this.single = arena.allocate(Structs.TOKEN_DATA);
        this.rows = single;
    }

    /// Takes every token in.
    ///
    /// @throws LlamaException if a logit is no number
    void fill(MemorySegment logits, int vocabularySize) {
        reserve(vocabularySize);
        for (int token = 0; token < vocabularySize; token++) {
            float logit = logits.getAtIndex(JAVA_FLOAT, token);
            if (Float.isNaN(logit)) throw notNumbers();
            put(rows, token, token, logit);
        }
        present(rows, vocabularySize, false);
    }

    /// Takes only tokens with the largest logits in, best first.
    void fill(Likeliest likeliest) {
        reserve(likeliest.size());
        for (int i = 0; i < likeliest.size(); i++) put(rows, i, likeliest.token(i), likeliest.logit(i));
        present(rows, likeliest.size(), true);
    }

    /// Takes only those of them in that are allowed, best first.
    ///
    /// @param most how many are enough
    /// @return how many there are
    int fill(Likeliest likeliest, TokenConstraint constraint, int most) {
        reserve(most);
        int kept = 0;
        for (int i = 0; i < likeliest.size() && kept < most; i++) {
            if (constraint.allows(likeliest.token(i))) put(rows, kept++, likeliest.token(i), likeliest.logit(i));
        }
        present(rows, kept, true);
        return kept;
    }

    /// Takes only these tokens in.
    ///
    /// @throws LlamaException if a logit is no number
    void fill(MemorySegment logits, int[] tokens) {
        reserve(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            float logit = logits.getAtIndex(JAVA_FLOAT, tokens[i]);
            if (Float.isNaN(logit)) throw notNumbers();
            put(rows, i, tokens[i], logit);
        }
        present(rows, tokens.length, false);
    }

    void apply(MemorySegment sampler) {
        SamplerH.apply(sampler, array);
    }

    /// Whether a grammar allows this token here; leaves nothing of what was taken in.
    boolean allows(MemorySegment grammar, int token) {
        put(single, 0, token, 1);
        present(single, 1, false);
        apply(grammar);
        return single.get(JAVA_FLOAT, LOGIT) != Float.NEGATIVE_INFINITY;
    }

    /// Drops what a grammar does not allow here; the order stays.
    ///
    /// @return how many are left
    int keepAllowed(MemorySegment grammar) {
        apply(grammar);
        int size = (int) array.get(JAVA_LONG, SIZE);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (rows.get(JAVA_FLOAT, (long) i * ROW + LOGIT) == Float.NEGATIVE_INFINITY) continue;
            if (kept < i) MemorySegment.copy(rows, (long) i * ROW, rows, (long) kept * ROW, ROW);
            kept++;
        }
        array.set(JAVA_LONG, SIZE, kept);
        return kept;
    }

    /// The token a sampler chose.
    int selected() {
        long selected = array.get(JAVA_LONG, SELECTED);
        long size = array.get(JAVA_LONG, SIZE);
        if (selected < 0 || selected >= size) throw notNumbers();
        return left(size).get(JAVA_INT, selected * ROW);
    }

    /// Draws one of those the samplers left, by softmax over their logits. The arithmetic is that of llama.cpp's
    /// `dist`, so the same number picks the same token.
    int draw(Twister random) {
        long size = array.get(JAVA_LONG, SIZE);
        MemorySegment left = left(size);
        float most = Float.NEGATIVE_INFINITY;
        for (long at = LOGIT; at < size * ROW; at += ROW) most = Math.max(most, left.get(JAVA_FLOAT, at));
        if (!(most > Float.NEGATIVE_INFINITY)) throw notNumbers();

        double sum = 0;
        for (long row = 0; row < size * ROW; row += ROW) {
            float logit = left.get(JAVA_FLOAT, row + LOGIT);
            float weight = logit == most ? 1 : (float) Math.exp(logit - most);
            left.set(JAVA_FLOAT, row + PROBABILITY, weight);
            sum += weight;
        }

        double target = sum * random.uniform();
        double run = 0;
        long last = 0;
        for (long row = 0; row < size * ROW; row += ROW) {
            float weight = left.get(JAVA_FLOAT, row + PROBABILITY);
            if (weight == 0) continue;
            run += weight;
            last = row;
            if (run >= target) break;
        }
        return left.get(JAVA_INT, last);
    }

    static LlamaException notNumbers() {
        return new LlamaException("the model's logits are no numbers, so no token can be drawn from them");
    }

    /// The samplers may have put another array of theirs in place of ours.
    private MemorySegment left(long size) {
        return array.get(ADDRESS, 0).reinterpret(size * ROW);
    }

    private void reserve(int count) {
        if (rows == single || rows.byteSize() < (long) count * ROW) rows = arena.allocate(Structs.TOKEN_DATA, count);
    }

    private static void put(MemorySegment target, int index, int token, float logit) {
        long row = (long) index * ROW;
        target.set(JAVA_INT, row, token);
        target.set(JAVA_FLOAT, row + LOGIT, logit);
    }

    private void present(MemorySegment data, int size, boolean sorted) {
        array.set(ADDRESS, 0, data);
        array.set(JAVA_LONG, SIZE, size);
        array.set(JAVA_LONG, SELECTED, -1);
        array.set(JAVA_BOOLEAN, SORTED, sorted);
    }
}
