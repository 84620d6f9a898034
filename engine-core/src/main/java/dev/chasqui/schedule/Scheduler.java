package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.TokenBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/// Decides which tokens run next. One thread takes turns; anybody may submit and cancel.
///
/// All requests share one KV cache. Whoever came first is never disturbed: when the cache is full, the youngest
/// request gives its place up, waits, and is computed again later; its answer goes on where it was.
public final class Scheduler {

    private final Decoder decoder;
    private final LongSupplier nanoClock;
    private final TokenBatch batch;
    private final ConcurrentLinkedQueue<Sequence> arrivals = new ConcurrentLinkedQueue<>();
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    /// In order of arrival.
    private final List<Sequence> running = new ArrayList<>();
    private final BitSet slots = new BitSet();
    private boolean decoding;

    public Scheduler(Decoder decoder, LongSupplier nanoClock) {
        this.decoder = decoder;
        this.nanoClock = nanoClock;
        this.batch = new TokenBatch(decoder.batchTokens());
    }

    /// Queues a request; its sink hears from it in later turns. From any thread.
    ///
    /// @throws IllegalArgumentException if the job asks for more context than there is
    public Ticket submit(Job job, TokenSink sink) {
        if (job.contextTokens() > decoder.contextTokens()) {
            throw new IllegalArgumentException(
                    "num_ctx is " + job.contextTokens() + "; this context holds " + decoder.contextTokens());
        }
        Sequence sequence = new Sequence(this, job, sink);
        arrivals.add(sequence);
        return sequence;
    }

    /// One turn of the decode thread: seat who is waiting, fill one batch, run it, hand out tokens.
    ///
    /// Sequences that only need their next token go first, so a long prompt slows nobody down by more than one
    /// batch; what is left of the batch goes to prompts, in order of arrival.
    ///
    /// @return `false` if there was nothing to run, so the thread may sleep until the next arrival
    public boolean turn() {
        letCancelledLeave();
        seatWaiting();
        fillBatch();
        if (batch.size() == 0) return false;

        Decoder.Outcome outcome;
        try {
            setDecoding(true);
            outcome = decoder.decode(batch);
        } catch (RuntimeException e) {
            failEverybodyInFlight(e);
            return true;
        } finally {
            setDecoding(false);
        }
        switch (outcome) {
            case DONE -> handOut();
            case NO_ROOM -> makeRoom();
            case ABORTED -> running.forEach(sequence -> sequence.rolledBack(decoder));
        }
        return true;
    }

    /// Ends every request, seated or waiting. Called by the decode thread when it stops.
    public void failAll(RuntimeException cause) {
        for (Sequence arrival; (arrival = arrivals.poll()) != null; ) waiting.add(arrival);
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        waiting.clear();
        running.clear();
        for (Sequence sequence : all) {
            release(sequence);
            sequence.sink.failed(cause);
        }
    }

    /// Requests that hold a slot or wait for one.
    public int load() {
        return running.size() + waiting.size() + arrivals.size();
    }

    /// Stops the running batch if a cancelled request's prompt fills a good part of it.
    void cancelled(Sequence sequence) {
        synchronized (batch) {
            if (decoding && sequence.inFlight() > 1) decoder.abort();
        }
    }

    private void setDecoding(boolean now) {
        synchronized (batch) {
            decoding = now;
        }
    }

    private void letCancelledLeave() {
        for (Sequence arrival; (arrival = arrivals.poll()) != null; ) waiting.add(arrival);
        waiting.removeIf(sequence -> {
            if (sequence.cancelled) sequence.closeSampler();
            return sequence.cancelled;
        });
        running.removeIf(sequence -> {
            if (sequence.cancelled) release(sequence);
            return sequence.cancelled;
        });
    }

    private void seatWaiting() {
        int used = running.stream().mapToInt(Sequence::length).sum();
        while (!waiting.isEmpty() && running.size() < decoder.sequences()) {
            Sequence next = waiting.peek();
            // Room for its tokens and the next one of everybody; more than that is found when it is needed.
            int needed = used + running.size() + next.length() + 1;
            if (!running.isEmpty() && needed > decoder.contextTokens()) return;
            waiting.remove();
            next.slot = slots.nextClearBit(0);
            slots.set(next.slot);
            running.add(next);
            used += next.length();
        }
    }

    private void fillBatch() {
        batch.clear();
        long now = nanoClock.getAsLong();
        for (boolean prompts : new boolean[] {false, true}) {
            for (Sequence sequence : running) {
                if ((sequence.pending() > 1) != prompts) continue;
                sequence.feed(decoder.batchTokens() - batch.size(), batch);
                if (sequence.inFlight() > 0) sequence.begin(now);
            }
        }
    }

    private void handOut() {
        long now = nanoClock.getAsLong();
        for (Iterator<Sequence> each = running.iterator(); each.hasNext(); ) {
            Sequence sequence = each.next();
            boolean drawsNow = sequence.inFlight() > 0 && sequence.row >= 0;
            sequence.arrived();
            if (!drawsNow || sequence.cancelled) continue;
            try {
                TokenSink.Reason over = sequence.draw(decoder, now);
                if (over == null && sequence.contextFull() && !(sequence.job.shift() && sequence.shift(decoder))) {
                    over = TokenSink.Reason.LENGTH;
                }
                if (over == null) continue;
                each.remove();
                release(sequence);
                sequence.sink.ended(sequence.ending(over, nanoClock.getAsLong()));
            } catch (RuntimeException e) {
                each.remove();
                release(sequence);
                sequence.sink.failed(e);
            }
        }
    }

    /// The cache is full: the youngest gives its place up. A request that is alone always fits, by its job's
    /// limit.
    private void makeRoom() {
        running.forEach(sequence -> sequence.rolledBack(decoder));
        if (running.size() == 1) {
            Sequence alone = running.removeFirst();
            release(alone);
            alone.sink.failed(new IllegalStateException("no room in the KV cache for " + alone.length()
                    + " tokens although it holds " + decoder.contextTokens()));
            return;
        }
        Sequence youngest = running.removeLast();
        slots.clear(youngest.slot);
        youngest.unseat(decoder);
        waiting.addFirst(youngest);
    }

    private void failEverybodyInFlight(RuntimeException cause) {
        List<Sequence> broken = running.stream()
                .filter(sequence -> sequence.inFlight() > 0)
                .sorted(Comparator.comparingInt(sequence -> sequence.slot))
                .toList();
        running.removeAll(broken);
        for (Sequence sequence : broken) {
            release(sequence);
            sequence.sink.failed(cause);
        }
    }

    private void release(Sequence sequence) {
        sequence.closeSampler();
        if (sequence.slot == Sequence.NO_SLOT) return;
        slots.clear(sequence.slot);
        sequence.unseat(decoder);
    }
}
