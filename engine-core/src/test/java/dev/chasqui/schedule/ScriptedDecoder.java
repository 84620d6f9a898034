package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.SavedSequence;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenConstraint;
import dev.chasqui.llama.TokenSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A model whose next token is a function of all tokens before it, with a cache of cells that sequences may share. It
/// checks what a real one would trip over: gaps, positions used twice, rows beyond the batch, sequences that do not
/// exist, copies onto what is not empty.
final class ScriptedDecoder implements Decoder {

    static final int VOCABULARY = 1000;

    /// A token's place in the cache; sequences that share it hold the same object.
    private record Cell(int token) {}

    private final int batchTokens;
    private final int sequences;
    private final Map<Integer, List<Cell>> cache = new TreeMap<>();
    private final List<int[]> batchSequences = new ArrayList<>();
    private int contextTokens;
    private int[] nextTokens = {};
    private int openSamplers;
    private volatile boolean aborted;
    Runnable duringDecode = () -> {};
    /// Whether sequences can be cut, copied in part and moved; a recurrent model's cannot.
    boolean cuts = true;
    int growsTo;
    int copies;
    /// Whether sequences can be moved out.
    boolean saves = true;
    int restored;
    private int openCopies;

    ScriptedDecoder(int contextTokens, int batchTokens, int sequences) {
        this.contextTokens = contextTokens;
        this.growsTo = contextTokens;
        this.batchTokens = batchTokens;
        this.sequences = sequences;
    }

    /// The answer this model gives to a prompt when it is alone.
    static List<Integer> answer(int[] prompt, int tokens) {
        List<Integer> all = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        for (int i = 0; i < tokens; i++) all.add(next(all));
        return all.subList(prompt.length, all.size());
    }

    /// Every third answer goes round in a circle, so that guessing it pays.
    private static int next(List<Integer> tokens) {
        if (tokens.getFirst() % 3 == 0 && tokens.size() > 6) return tokens.get(tokens.size() - 6);
        return Math.floorMod(tokens.hashCode(), VOCABULARY);
    }

    /// What this model says where it may not say everything: its own token, or else the next one up that is allowed.
    static int within(int token, TokenConstraint constraint) {
        int allowed = token;
        while (!constraint.allows(allowed)) {
            allowed = (allowed + 1) % VOCABULARY;
            assertThat(allowed).as("some token is allowed").isNotEqualTo(token);
        }
        return allowed;
    }

    /// The answer this model gives to a prompt when it is alone and nothing is forced, only constrained.
    static List<Integer> answer(int[] prompt, int tokens, TokenConstraint constraint) {
        List<Integer> all = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        while (all.size() < prompt.length + tokens && !constraint.isOver()) {
            int token = within(next(all), constraint);
            constraint.accept(token);
            all.add(token);
        }
        return all.subList(prompt.length, all.size());
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
        assertThat(outputs(batch)).as("rows that ask for logits").isLessThanOrEqualTo(sequences);
        if (aborted) {
            aborted = false;
            return Outcome.ABORTED;
        }
        if (held() + batch.size() > contextTokens) return Outcome.NO_ROOM;
        nextTokens = new int[batch.size()];
        int[] rows = new int[batch.size()];
        for (int row = 0; row < batch.size(); row++) {
            List<Cell> line = line(batch.sequence(row));
            assertThat(batch.position(row))
                    .as("position in sequence %d", batch.sequence(row))
                    .isEqualTo(line.size());
            line.add(new Cell(batch.token(row)));
            nextTokens[row] =
                    batch.wantsLogits(row) ? next(line.stream().map(Cell::token).toList()) : -1;
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
            public int sample(int row, TokenConstraint constraint) {
                return within(sample(row), constraint);
            }

            @Override
            public void close() {
                openSamplers--;
            }
        };
    }

    @Override
    public boolean forget(int sequence, int from) {
        List<Cell> line = line(sequence);
        if (from >= line.size()) return true;
        if (!cuts && from > 0) return false;
        line.subList(from, line.size()).clear();
        return true;
    }

    @Override
    public boolean shift(int sequence, int from, int to) {
        List<Cell> line = line(sequence);
        if (!cuts || line.stream().anyMatch(cell -> sharers(cell) > 1)) return false;
        line.subList(from, to).clear();
        return true;
    }

    @Override
    public boolean copy(int source, int target, int to) {
        List<Cell> line = line(source);
        assertThat(to).isBetween(1, line.size());
        assertThat(line(target)).as("the sequence copied to").isEmpty();
        if (!cuts && to < line.size()) return false;
        line(target).addAll(line.subList(0, to));
        copies++;
        return true;
    }

    @Override
    public Optional<SavedSequence> save(int sequence) {
        if (!saves || line(sequence).isEmpty()) return Optional.empty();
        openCopies++;
        return Optional.of(new Copy(line(sequence).stream().map(Cell::token).toList()));
    }

    @Override
    public boolean restore(SavedSequence saved, int sequence) {
        Copy copy = (Copy) saved;
        assertThat(copy.closed).as("the copy is closed").isFalse();
        assertThat(line(sequence)).as("the sequence restored to").isEmpty();
        if (held() + copy.tokens() > contextTokens) return false;
        copy.line.forEach(token -> line(sequence).add(new Cell(token)));
        restored++;
        return true;
    }

    @Override
    public boolean grow(int tokens) {
        if (tokens > growsTo) return false;
        contextTokens = Math.max(contextTokens, tokens);
        return true;
    }

    @Override
    public void close() {}

    private final class Copy implements SavedSequence {

        private final List<Integer> line;
        private boolean closed;

        Copy(List<Integer> line) {
            this.line = line;
        }

        @Override
        public int tokens() {
            return line.size();
        }

        @Override
        public long bytes() {
            return 10L * line.size();
        }

        @Override
        public void close() {
            if (!closed) openCopies--;
            closed = true;
        }
    }

    int openCopies() {
        return openCopies;
    }

    /// Cells in use.
    int held() {
        Set<Cell> cells = Collections.newSetFromMap(new IdentityHashMap<>());
        cache.values().forEach(cells::addAll);
        return cells.size();
    }

    int openSamplers() {
        return openSamplers;
    }

    /// Which sequences the rows of each batch belonged to, first batch first.
    List<int[]> batches() {
        return batchSequences;
    }

    private static int outputs(TokenBatch batch) {
        int outputs = 0;
        for (int row = 0; row < batch.size(); row++) outputs += batch.wantsLogits(row) ? 1 : 0;
        return outputs;
    }

    private List<Cell> line(int sequence) {
        assertThat(sequence).as("sequence").isBetween(0, sequences - 1);
        return cache.computeIfAbsent(sequence, fresh -> new ArrayList<>());
    }

    private long sharers(Cell cell) {
        return cache.values().stream()
                .filter(line -> line.stream().anyMatch(one -> one == cell))
                .count();
    }
}
