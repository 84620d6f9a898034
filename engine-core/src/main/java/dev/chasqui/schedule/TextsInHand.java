package dev.chasqui.schedule;

import dev.chasqui.llama.Embedder;
import dev.chasqui.llama.TokenBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/// The texts that are being computed: each has a sequence of its own, and all of a text is in one batch.
///
/// Only a text that is longer than a batch comes in pieces, where the model allows that. There is one such
/// text at a time, and its rows come first in each batch: so its tokens lie in order in the embedder's cache,
/// whatever comes and goes beside it, and its sums are added up in the same order as when it is alone.
final class TextsInHand {

    /// One text, and how far it is.
    final class Text {

        final EmbeddingTask task;
        final int index;
        final int sequence;
        private final int[] tokens;
        private int computed;
        private int inFlight;

        private Text(EmbeddingTask task) {
            this.task = task;
            this.index = task.begin();
            this.tokens = task.job.texts().get(index);
            this.sequence = sequences.nextClearBit(0);
            sequences.set(sequence);
            texts.add(this);
        }

        private void feed(int most) {
            int rows = Math.clamp(most, 0, tokens.length - computed - inFlight);
            for (int i = 0; i < rows; i++) {
                int position = computed + inFlight + i;
                batch.add(tokens[position], position, sequence, position == tokens.length - 1);
            }
            inFlight += rows;
        }

        /// Whether the batch has rows of it.
        boolean isInFlight() {
            return inFlight > 0;
        }

        private boolean ends() {
            return computed + inFlight == tokens.length;
        }
    }

    private final Embedder embedder;
    private final TokenBatch batch;
    private final List<Text> texts = new ArrayList<>();
    private final BitSet sequences = new BitSet();

    TextsInHand(Embedder embedder, TokenBatch batch) {
        this.embedder = embedder;
        this.batch = batch;
    }

    /// Fills the batch. Half goes to whoever is first in order, the rest to those with least to do: many
    /// texts neither starve nor hold a few up for long.
    void fill(List<EmbeddingTask> order, int rows) {
        batch.clear();
        if (order.isEmpty()) return;
        EmbeddingTask first = order.getFirst();
        int half = order.size() == 1 ? rows : Math.ceilDiv(rows, 2);
        texts.forEach(inPieces -> inPieces.feed(half));
        begin(first, half, rows);
        order.stream()
                .skip(1)
                .sorted(Comparator.comparingLong(EmbeddingTask::tokensLeft))
                .forEach(task -> begin(task, rows, rows));
        begin(first, rows, rows);
    }

    /// Adds whole texts of a request until the batch has so many rows; only the first in a batch may have
    /// more.
    private void begin(EmbeddingTask task, int upTo, int rows) {
        for (int[] next = task.next(); next != null && fits(next.length, upTo); next = task.next()) {
            new Text(task).feed(embedder.wholeTexts() || batch.size() > 0 ? next.length : rows);
        }
    }

    private boolean fits(int tokens, int upTo) {
        int held = texts.stream().mapToInt(text -> text.tokens.length).sum();
        return sequences.cardinality() < embedder.sequences()
                && held + tokens <= embedder.contextTokens()
                && (batch.size() == 0 || batch.size() + tokens <= upTo);
    }

    /// Rows the batch has of a request.
    int rowsOf(EmbeddingTask task) {
        return texts.stream()
                .filter(text -> text.task == task)
                .mapToInt(text -> text.inFlight)
                .sum();
    }

    List<Text> inFlight() {
        return texts.stream().filter(Text::isInFlight).toList();
    }

    /// Those whose last row the batch has.
    List<Text> ending() {
        return inFlight().stream().filter(Text::ends).toList();
    }

    boolean has(EmbeddingTask task) {
        return texts.stream().anyMatch(text -> text.task == task);
    }

    /// The batch went through.
    void arrived() {
        for (Text text : texts) {
            text.computed += text.inFlight;
            text.inFlight = 0;
        }
    }

    /// These texts begin again, or never.
    void putBack(Predicate<Text> which) {
        for (Text text : texts.reversed().stream().filter(which).toList()) {
            text.task.putBack(text.index);
            drop(text);
        }
    }

    /// A text is over; another may have its sequence.
    void drop(Text text) {
        embedder.forget(text.sequence);
        sequences.clear(text.sequence);
        texts.remove(text);
    }
}
