package dev.chasqui.schedule;

import dev.chasqui.llama.TokenBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Fills one batch: running answers first, each with its next token and what that forced, then prompts in chunks.
final class BatchFill {

    /// The kernels for fewer rows than this are slow, so a chunk has them if it can.
    private static final int CHUNK = 64;
    /// Guesses only pay when few others are in the batch.
    private static final int MOST_GUESSING = 2;

    private final Places places;
    private final TokenBatch batch;
    /// Rows that may still ask for logits: the decoder has room for as many as it has sequences.
    private int outputs;

    BatchFill(Places places, TokenBatch batch) {
        this.places = places;
        this.batch = batch;
    }

    /// @return how long it should take to run, in nanoseconds
    long fill(long now) {
        batch.clear();
        outputs = places.decoder.sequences();
        List<Sequence> answers = new ArrayList<>();
        List<Sequence> prompts = new ArrayList<>();
        for (Sequence sequence : places.running) (sequence.isAnswering() ? answers : prompts).add(sequence);
        while (!places.cache.makeRoom(answers.size(), now) && !places.grow(places.cache.cells() + answers.size())) {
            Sequence last = giveWay(now);
            answers.remove(last);
            prompts.remove(last);
        }
        feedAnswers(answers, now);
        int before = batch.size();
        if (!prompts.isEmpty()) feedPrompts(prompts, chunk(answers, prompts, now), now);
        for (Sequence sequence : places.running) {
            if (sequence.inFlight() > 0) sequence.begin(now);
        }
        return (before > 0 ? places.speed.ofStep() : 0) + places.speed.ofPrompt(batch.size() - before);
    }

    /// The cache says it is full although it should not be: something has to go.
    void makeRoom(long now) {
        if (!places.cache.makeRoom(places.cache.free() + 1, now)) giveWay(now);
    }

    /// Whoever would go last waits; if it is alone, it never fits.
    private Sequence giveWay(long now) {
        Sequence last = places.last();
        if (last == null) throw new IllegalStateException("nobody runs, and there is no room");
        if (places.running.size() > 1) {
            places.displace(last, now);
        } else if (last.drawn() > 0 && places.cache.pinnedCells() == 0) { // the cache could not grow to its window
            places.end(last, TokenSink.Reason.LENGTH, now);
        } else {
            places.refuse(
                    last,
                    "no room in the KV cache for the next token: it holds " + places.cache.capacity() + ", of which "
                            + places.cache.pinnedCells() + " are pinned. Release a pin, or raise num_ctx");
        }
        return last;
    }

    /// Each has a row for certain; forced tokens beyond that have what is left.
    private void feedAnswers(List<Sequence> answers, long now) {
        int room = Math.min(pending(answers), places.decoder.batchTokens());
        if (room > answers.size() && !places.cache.makeRoom(room, now)) room = Math.min(room, places.cache.free());
        for (int i = 0; i < answers.size(); i++) {
            int others = answers.size() - 1 - i;
            feed(answers.get(i), Math.min(answers.get(i).pending(), room - batch.size() - others));
        }
        for (Sequence sequence : answers) {
            if (sequence.isConstrained() || answers.size() <= MOST_GUESSING) guess(sequence);
        }
    }

    private void guess(Sequence sequence) {
        int room = Math.min(places.decoder.batchTokens(), places.cache.free()) - batch.size();
        room = Math.min(room, outputs - places.running.size()); // who comes to its last token needs one, too
        if (room > 0) outputs -= sequence.feedDraft(room, batch);
    }

    private void feed(Sequence sequence, int rows) {
        outputs -= sequence.feed(rows, outputs, batch);
    }

    /// Prompt tokens this batch may have, so that no answer waits longer than a chunk takes or misses its deadline.
    ///
    /// Prompts that outnumber the answers and fit in together go at once: they will be answered in step, which
    /// costs all of them less than chunk by chunk.
    private int chunk(List<Sequence> answers, List<Sequence> prompts, long now) {
        int room = places.decoder.batchTokens() - batch.size();
        if (answers.isEmpty()) return room;
        long chunk = places.settings.chunk().toNanos();
        long left = Long.MAX_VALUE;
        for (Sequence sequence : answers) {
            Urgency urgency = sequence.job.urgency();
            if (urgency.hasDeadline()) left = Math.min(left, urgency.deadline() - now - places.speed.ofStep());
        }
        int pending = pending(prompts);
        if (prompts.size() > answers.size() && pending <= room && places.speed.ofPrompt(pending) <= left) return room;
        int rows = places.speed.promptTokensIn(Math.clamp(left, 0, chunk));
        return Math.min(room, left < chunk ? rows : Math.max(CHUNK, rows));
    }

    private static int pending(List<Sequence> sequences) {
        return sequences.stream().mapToInt(Sequence::pending).sum();
    }

    private void feedPrompts(List<Sequence> prompts, int chunk, long now) {
        int room = Math.min(chunk, pending(prompts));
        if (!places.cache.makeRoom(batch.size() + room, now)) room = places.cache.free() - batch.size();
        if (room > 0) {
            List<Sequence> order = places.queue.sorted(prompts, now);
            int[] shares = shares(order, room);
            for (int i = 0; i < shares.length; i++) {
                if (shares[i] > 0) feed(order.get(i), shares[i]);
            }
            order.stream().filter(Sequence::isConstrained).forEach(this::guess);
        } else if (batch.size() == 0) { // no cell is left for any of them
            prompts.remove(giveWay(now));
            if (!prompts.isEmpty()) feedPrompts(prompts, chunk, now);
        }
    }

    /// Half goes to the prompt that is first in order, the rest to the shortest: a long one neither starves nor holds
    /// short ones up for long.
    private static int[] shares(List<Sequence> order, int room) {
        int[] shares = new int[order.size()];
        int first = order.getFirst().pending();
        shares[0] = Math.min(first, order.size() == 1 ? room : Math.min(room, Math.max(room / 2, CHUNK)));
        int left = room - shares[0];
        List<Integer> others = new ArrayList<>();
        for (int i = 1; i < shares.length; i++) others.add(i);
        others.sort(Comparator.comparingInt(i -> order.get(i).pending()));
        for (int i : others) {
            shares[i] = Math.min(left, order.get(i).pending());
            left -= shares[i];
        }
        shares[0] += Math.min(left, first - shares[0]);
        int rest = first - shares[0];
        if (rest > 0 && rest < CHUNK && shares[0] >= 2 * CHUNK) shares[0] -= CHUNK - rest; // no last chunk of few rows
        return shares;
    }
}
