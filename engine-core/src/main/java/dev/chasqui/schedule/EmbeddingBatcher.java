package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.Embedder;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.schedule.TextsInHand.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Packs texts of many requests into shared batches, and hands each request its vectors when it has all of
/// them. One thread takes turns; anybody may submit and cancel.
///
/// Requests go in the order of the [Queue], as those of a [Scheduler] do. Nothing of a text stays once its
/// vector is there, so between batches the embedder may make room for a longer one.
public final class EmbeddingBatcher implements Workload {

    /// No batch should take longer, even if nobody else wants the cores: whoever comes then waits for its
    /// end.
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private static final int LEAST_ROWS = 64;

    private final Object lock = new Object();
    private final Embedder embedder;
    private final SchedulerSettings settings;
    private final BooleanSupplier crowded;
    private final LongSupplier nanoClock;
    private final TokenBatch batch = new TokenBatch(512);
    private final Queue<EmbeddingTask> queue;
    private final TextsInHand inHand;
    private final Speed speed = new Speed();
    /// What to tell sinks once the lock is free.
    private final List<Runnable> farewells = new ArrayList<>();

    private long submitted;
    private boolean embedding;
    private long embeddingUntil;

    /// @param settings how many requests may wait, and how long a batch may hold up others
    /// @param crowded  whether somebody else wants the cores now
    public EmbeddingBatcher(
            Embedder embedder, SchedulerSettings settings, BooleanSupplier crowded, LongSupplier nanoClock) {
        this.embedder = embedder;
        this.settings = settings;
        this.crowded = crowded;
        this.nanoClock = nanoClock;
        this.queue = new Queue<>(settings.ageing());
        this.inHand = new TextsInHand(embedder, batch);
    }

    /// Queues a request; its sink hears from it in a later turn. From any thread.
    ///
    /// @throws RefusedException if too many wait, or its vectors would come after its deadline
    public Ticket submit(EmbeddingJob job, EmbeddingSink sink) {
        long now = nanoClock.getAsLong();
        synchronized (lock) {
            EmbeddingTask task = new EmbeddingTask(job, sink, submitted++, now, this::cancelled);
            admit(task, now);
            queue.add(task);
            return task;
        }
    }

    /// One turn of the decode thread: let go who is over, fill one batch, run it, hand out vectors.
    ///
    /// @return `false` if there was nothing to do, so the thread may sleep until the next arrival
    @Override
    public boolean turn() {
        List<EmbeddingTask> order;
        synchronized (lock) {
            long now = nanoClock.getAsLong();
            letGo(now);
            order = queue.inOrder(now);
        }
        sayFarewell();
        if (order.isEmpty()) return false;
        if (reserveFor(order.getFirst()) && fill()) run();
        sayFarewell();
        return true;
    }

    /// Ends every request. Called by the decode thread when it stops.
    @Override
    public void failAll(RuntimeException cause) {
        synchronized (lock) {
            for (EmbeddingTask task : List.copyOf(queue.waiting())) fail(task, cause);
        }
        sayFarewell();
    }

    /// Requests that have no vectors yet.
    public int load() {
        synchronized (lock) {
            return queue.size();
        }
    }

    private void admit(EmbeddingTask task, long now) {
        int waiting = queue.size() - embedder.sequences(); // as many as that may be in one batch
        boolean full = waiting >= settings.maxQueue();
        if (!full && !task.urgency().hasDeadline()) return;
        long tokens = task.tokensLeft();
        for (EmbeddingTask other : queue.waiting()) {
            if (queue.goesBefore(other, task, now)) tokens += other.tokensLeft();
        }
        long needed = ofTokens(tokens) + (embedding ? Math.max(0, embeddingUntil - now) : 0);
        if (full) throw RefusedException.queueFull(needed, waiting, settings.maxQueue());
        if (task.urgency().isLate(now, Math.max(1, needed))) throw tooLate(task, now, needed);
    }

    private void letGo(long now) {
        for (EmbeddingTask task : queue.cancelled()) remove(task, "CANCELLED");
        for (EmbeddingTask task : queue.withDeadlines()) {
            long needed = ofTokens(task.tokensLeft());
            if (task.urgency().isLate(now, needed)) fail(task, tooLate(task, now, needed));
        }
    }

    private boolean reserveFor(EmbeddingTask task) {
        int[] next = task.next();
        if (next == null || inHand.has(task)) return true; // what is in hand has room already
        try {
            boolean anew = embedder.reserve(next.length);
            if (anew) startAgain();
            return true;
        } catch (RuntimeException e) {
            startAgain();
            synchronized (lock) {
                fail(task, e);
            }
            return false;
        }
    }

    private void startAgain() {
        synchronized (lock) {
            inHand.putBack(text -> true);
        }
    }

    private boolean fill() {
        boolean alone = !crowded.getAsBoolean();
        synchronized (lock) {
            long now = nanoClock.getAsLong();
            int most = embedder.batchTokens();
            int inTime = speed.promptTokensIn((alone ? LONGEST : settings.chunk()).toNanos());
            inHand.fill(queue.inOrder(now), Math.clamp(inTime, Math.min(LEAST_ROWS, most), most));
            embedding = batch.size() > 0;
            embeddingUntil = now + ofTokens(batch.size());
            return embedding;
        }
    }

    private void run() {
        long begun = nanoClock.getAsLong();
        List<Text> ending = inHand.ending();
        List<float[]> vectors = new ArrayList<>(ending.size());
        Decoder.Outcome outcome;
        try {
            outcome = embedder.embed(batch);
            if (outcome == Decoder.Outcome.NO_ROOM) {
                throw new IllegalStateException("no room in the cache for a batch of " + batch.size()
                        + " rows; it holds " + embedder.contextTokens() + " tokens");
            }
            if (outcome == Decoder.Outcome.DONE) {
                for (Text text : ending) vectors.add(embedder.vector(text.sequence));
            }
        } catch (RuntimeException e) {
            synchronized (lock) {
                embedding = false;
                for (Text text : inHand.inFlight()) fail(text.task, e);
            }
            return;
        }
        synchronized (lock) {
            embedding = false;
            if (outcome == Decoder.Outcome.ABORTED) {
                inHand.putBack(Text::isInFlight);
                return;
            }
            long now = nanoClock.getAsLong();
            speed.took(batch.size(), 0, now - begun);
            inHand.arrived();
            for (int i = 0; i < ending.size(); i++) arrived(ending.get(i), vectors.get(i), now);
        }
    }

    private void arrived(Text text, float[] vector, long now) {
        inHand.drop(text);
        if (!text.task.put(text.index, vector)) return;
        queue.remove(text.task);
        if (text.task.isCancelled()) return;
        SchedulerEvents.embedded(text.task, now);
        farewells.add(text.task::end);
    }

    /// Stops the running batch if it is mostly for a cancelled request.
    private void cancelled(EmbeddingTask task) {
        synchronized (lock) {
            if (embedding && 2 * inHand.rowsOf(task) >= batch.size()) embedder.abort();
        }
    }

    private void fail(EmbeddingTask task, RuntimeException cause) {
        if (!queue.waiting().contains(task)) return; // two of its texts were in one batch
        remove(task, cause.getClass().getSimpleName());
        farewells.add(() -> task.sink.failed(cause));
    }

    private void remove(EmbeddingTask task, String why) {
        queue.remove(task);
        inHand.putBack(text -> text.task == task);
        SchedulerEvents.left(why, 0);
    }

    private long ofTokens(long tokens) {
        return speed.ofPrompt((int) Math.min(Integer.MAX_VALUE, tokens));
    }

    private static RefusedException tooLate(EmbeddingTask task, long now, long needed) {
        return RefusedException.tooLate(
                task.urgency(), now, needed, "computing the " + task.tokensLeft() + " tokens that are left");
    }

    private void sayFarewell() {
        List<Runnable> due;
        synchronized (lock) {
            due = List.copyOf(farewells);
            farewells.clear();
        }
        due.forEach(Runnable::run);
    }
}
