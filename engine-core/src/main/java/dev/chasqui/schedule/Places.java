package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who runs, who waits, and what becomes of those who leave. Guarded by the scheduler's lock.
final class Places {

    final Decoder decoder;
    /// The same decoder, if it is one for a request at a time.
    private final @Nullable PrivateDecoder alone;

    final SchedulerSettings settings;
    final KvCache cache;
    final Queue<Sequence> queue;
    final SchedulerCounts counts = new SchedulerCounts();
    final Speed speed = new Speed();
    /// In the order in which they were seated.
    final List<Sequence> running = new ArrayList<>();
    /// What to tell sinks once the lock is free.
    private final List<Runnable> farewells = new ArrayList<>();

    Places(Decoder decoder, SchedulerSettings settings) {
        this.decoder = decoder;
        this.alone = decoder instanceof PrivateDecoder one ? one : null;
        this.settings = settings;
        this.cache = new KvCache(decoder, settings.sharing(), settings.cold());
        this.queue = new Queue<>(settings.ageing());
    }

    int most() {
        return Math.min(settings.parallel(), Math.min(decoder.sequences(), decoder.batchTokens()));
    }

    /// Whether requests run one after the other, each from its beginning to its end.
    boolean oneByOne() {
        return alone != null;
    }

    /// Makes a request its own context.
    ///
    /// @return `false` if it had to be refused
    boolean begin(Sequence next) {
        if (alone == null) throw new IllegalStateException("this decoder has one context for everybody");
        try {
            alone.begin(next.job.contextTokens());
            return true;
        } catch (RuntimeException noRoom) {
            counts.refused++;
            fail(next, noRoom);
            return false;
        }
    }

    /// Tokens of its prompt that nobody has computed or is just computing for it.
    int toCompute(Sequence sequence) {
        if (sequence.slot != Sequence.NO_SLOT) return sequence.pending();
        int known = cache.known(sequence.tokens(), sequence.shareable());
        return sequence.length() - (sequence.leader == null ? known : Math.max(known, sequence.leaderLength));
    }

    /// Whoever would go last, of those who run.
    @Nullable
    Sequence last() {
        return running.stream().max(Queue.BY_URGENCY).orElse(null);
    }

    /// Makes the cache larger, if it may be.
    boolean grow(int tokens) {
        try {
            return decoder.grow(tokens) && cache.capacity() >= tokens;
        } catch (RuntimeException noMemory) {
            return false;
        }
    }

    /// Gives its place up and waits; what it has computed stays as long as nobody needs the room.
    void displace(Sequence sequence, long now) {
        running.remove(sequence);
        counts.displaced++;
        cache.park(sequence.slot, now, Optional.empty());
        sequence.unseat();
        queue.add(sequence);
    }

    /// The answer is over.
    void end(Sequence sequence, TokenSink.Reason reason, long now) {
        counts.ended++;
        TokenSink.Ending ending = sequence.ending(reason, now);
        leave(sequence, reason.name());
        park(sequence, now, sequence.job.pin());
        farewells.add(() -> sequence.sink.ended(ending));
    }

    /// The next token would come after the deadline: what is there is the answer, and nothing is no answer.
    void endLate(Sequence sequence, long now, long needed) {
        counts.late++;
        if (sequence.drawn() == 0) fail(sequence, Admission.tooLate(sequence, now, needed));
        else end(sequence, TokenSink.Reason.DEADLINE, now);
    }

    /// Its caller gave it up; the sink hears nothing more.
    void cancel(Sequence sequence, long now) {
        counts.cancelled++;
        leave(sequence, "CANCELLED");
        park(sequence, now, Optional.empty());
    }

    /// The answer breaks off, and what is in the cache of it cannot be trusted.
    void fail(Sequence sequence, RuntimeException cause) {
        leave(sequence, cause.getClass().getSimpleName());
        if (sequence.slot != Sequence.NO_SLOT) {
            cache.drop(sequence.slot);
            if (alone != null) alone.end();
        }
        sequence.unseat();
        farewells.add(() -> sequence.sink.failed(cause));
    }

    /// It waited, and is not taken.
    void refuse(Sequence sequence, String why) {
        counts.refused++;
        fail(sequence, new RefusedException(RefusedException.Reason.NO_ROOM, 0, why));
    }

    List<Runnable> takeFarewells() {
        List<Runnable> due = List.copyOf(farewells);
        farewells.clear();
        return due;
    }

    private void leave(Sequence sequence, String why) {
        running.remove(sequence);
        queue.remove(sequence);
        sequence.closeSampler();
        SchedulerEvents.left(sequence, why, sequence.drawn());
    }

    private void park(Sequence sequence, long now, Optional<String> pin) {
        if (sequence.slot != Sequence.NO_SLOT) {
            cache.park(sequence.slot, now, pin);
            if (alone != null) alone.end();
        }
        sequence.unseat();
    }
}
