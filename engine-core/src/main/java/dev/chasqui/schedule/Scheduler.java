package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Decides which tokens run next. One thread takes turns; anybody may submit and cancel.
///
/// All requests share one KV cache, and what one has computed another may begin with. Higher priority goes first,
/// within one priority the earlier deadline, then who came first; waiting raises the priority. When the cache is
/// full, parked sequences go first, then the running request that would go last gives its place up, waits, and its
/// answer goes on later where it was.
///
/// Everything here happens under one lock, except the decode, the draws and the calls of sinks: submitting never
/// waits for the model.
public final class Scheduler implements Workload {

    private final Object lock = new Object();
    private final Decoder decoder;
    private final LongSupplier nanoClock;
    private final TokenBatch batch;
    private final Places places;
    private final Admission admission;
    private final Seating seating;
    private final BatchFill filling;
    private long submitted;
    private boolean decoding;
    private long decodingUntil;

    public Scheduler(Decoder decoder, SchedulerSettings settings, LongSupplier nanoClock) {
        this.decoder = decoder;
        this.nanoClock = nanoClock;
        this.batch = new TokenBatch(decoder.batchTokens());
        this.places = new Places(decoder, settings);
        this.admission = new Admission(places);
        this.seating = new Seating(places);
        this.filling = new BatchFill(places, batch);
    }

    /// Queues a request; its sink hears from it in later turns. From any thread.
    ///
    /// @throws RefusedException if too many wait, or its first token would come after its deadline
    public Ticket submit(Job job, TokenSink sink) {
        int[] opening = Sequence.opening(job);
        long now = nanoClock.getAsLong();
        synchronized (lock) {
            Sequence sequence = new Sequence(this, job, opening, sink, submitted++, now);
            admission.check(sequence, now, decoding ? decodingUntil : now);
            places.queue.add(sequence);
            SchedulerEvents.queued(sequence, places.queue.size());
            return sequence;
        }
    }

    /// One turn of the decode thread: let go who is over, seat who is waiting, fill one batch, run it, hand out
    /// tokens.
    ///
    /// @return `false` if there was nothing to run, so the thread may sleep until the next arrival
    @Override
    public boolean turn() {
        boolean waiting;
        synchronized (lock) {
            long now = nanoClock.getAsLong();
            seating.letGo(now);
            seating.seatWaiting(now);
            decodingUntil = now + filling.fill(now);
            places.cache.clearTheWay(batch.size(), now);
            decoding = batch.size() > 0;
            waiting = !places.queue.isEmpty();
        }
        sayFarewell();
        if (batch.size() == 0) return waiting; // somebody was refused just now, and others may take the place

        SchedulerEvents.Prefill event = SchedulerEvents.prefillBegins();
        long begun = nanoClock.getAsLong();
        Decoder.Outcome outcome;
        try {
            outcome = decoder.decode(batch);
        } catch (RuntimeException e) {
            failEverybodyInFlight(e);
            sayFarewell();
            return true;
        }
        if (outcome == Decoder.Outcome.DONE) handOut(begun, event);
        else giveBack(outcome);
        sayFarewell();
        return true;
    }

    /// Ends every request, seated or waiting, and forgets what is parked. Called by the decode thread when it stops.
    @Override
    public void failAll(RuntimeException cause) {
        synchronized (lock) {
            for (Sequence sequence : List.copyOf(places.running)) places.fail(sequence, cause);
            for (Sequence sequence : List.copyOf(places.queue.waiting())) places.fail(sequence, cause);
            places.cache.clear();
        }
        sayFarewell();
    }

    /// Lets what was pinned by this name go when room is needed.
    ///
    /// @return `false` if nothing was
    public boolean release(String pin) {
        synchronized (lock) {
            return places.cache.release(pin, nanoClock.getAsLong());
        }
    }

    /// What was done so far, and what is held now.
    public SchedulerStatistics statistics() {
        synchronized (lock) {
            return places.counts.with(places);
        }
    }

    /// Requests that hold a slot or wait for one.
    public int load() {
        synchronized (lock) {
            return places.running.size() + places.queue.size();
        }
    }

    /// Stops the running batch if a cancelled request's prompt fills a good part of it.
    void cancelled(Sequence sequence) {
        synchronized (lock) {
            if (decoding && sequence.promptRows() > 1) decoder.abort();
        }
    }

    private void handOut(long begun, SchedulerEvents.Prefill event) {
        long now = nanoClock.getAsLong();
        List<Sequence> fed = places.running.stream()
                .filter(sequence -> sequence.inFlight() > 0)
                .toList();
        int prompts = fed.stream().mapToInt(Sequence::promptRows).sum();
        SchedulerEvents.prefillEnds(event, prompts, batch.size() - prompts);
        places.speed.took(prompts, batch.size() - prompts, now - begun);

        List<Drawn> drawn = new ArrayList<>(fed.size());
        for (Sequence sequence : fed) drawn.add(draw(sequence, now));

        synchronized (lock) {
            decoding = false;
            places.counts.computedTokens += prompts;
            drawn.forEach(this::settle);
        }
    }

    /// What became of a sequence in the batch that is over.
    private record Drawn(
            Sequence sequence,
            int tokens,
            TokenSink.@Nullable Reason over,
            @Nullable RuntimeException broken) {}

    private Drawn draw(Sequence sequence, long now) {
        if (sequence.cancelled) return new Drawn(sequence, 0, null, null);
        int before = sequence.drawn();
        try {
            sequence.score(decoder);
            TokenSink.Reason over = sequence.drawsNow() ? sequence.draw(decoder, now) : null;
            return new Drawn(sequence, sequence.drawn() - before, over, null);
        } catch (RuntimeException e) {
            return new Drawn(sequence, sequence.drawn() - before, null, e);
        }
    }

    private void settle(Drawn drawn) {
        Sequence sequence = drawn.sequence();
        places.counts.drawnTokens += drawn.tokens();
        sequence.arrived(places.cache);
        TokenSink.Reason over = drawn.over();
        if (drawn.broken() != null) {
            places.fail(sequence, drawn.broken());
        } else if (over != null) {
            places.end(sequence, over, nanoClock.getAsLong());
        } else if (drawn.tokens() > 0
                && sequence.contextFull()
                && !(sequence.job.shift() && sequence.shift(places.cache))) {
            places.end(sequence, TokenSink.Reason.LENGTH, nanoClock.getAsLong());
        }
    }

    private void giveBack(Decoder.Outcome outcome) {
        synchronized (lock) {
            decoding = false;
            for (Sequence sequence : places.running) {
                if (sequence.inFlight() > 0) sequence.rolledBack(places.cache);
            }
            if (outcome == Decoder.Outcome.NO_ROOM) filling.makeRoom(nanoClock.getAsLong());
        }
    }

    private void failEverybodyInFlight(RuntimeException cause) {
        synchronized (lock) {
            decoding = false;
            for (Sequence sequence : List.copyOf(places.running)) {
                if (sequence.inFlight() > 0) places.fail(sequence, cause);
            }
        }
    }

    private void sayFarewell() {
        List<Runnable> due;
        synchronized (lock) {
            due = places.takeFarewells();
        }
        due.forEach(Runnable::run);
    }
}
