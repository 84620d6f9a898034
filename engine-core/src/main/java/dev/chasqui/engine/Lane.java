package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.TokenSink;
import dev.chasqui.schedule.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A model's requests that are computed by the same thread, one [Runner] at a time.
///
/// A request that needs other threads or larger batches waits until nobody uses the present runner, and
/// then has it replaced. Requests that come meanwhile wait behind it.
final class Lane implements AutoCloseable {

    private static final long LOOK_NANOS = 1_000_000_000;

    private final Function<RunnerSettings, Runner> runners;
    private final BiPredicate<RunnerSettings, RunnerSettings> suits;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private volatile @Nullable Runner runner;
    private int active;
    private int wantingAnother;
    private boolean closed;

    /// @param runners makes one, or throws if it cannot be had
    /// @param suits   whether one made with the first settings serves a request that wants the second
    Lane(Function<RunnerSettings, Runner> runners, BiPredicate<RunnerSettings, RunnerSettings> suits) {
        this.runners = runners;
        this.suits = suits;
    }

    /// Makes sure there is a runner.
    void prepare(RunnerSettings wanted) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            runnerFor(wanted, Urgency.NEVER);
        } finally {
            lock.unlock();
        }
    }

    /// Hands a job to the decode thread. The caller reports the job's end by [#finished], once.
    Ticket submit(RunnerSettings wanted, Job job, TokenSink sink) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Ticket ticket = runnerFor(wanted, job.urgency().deadline()).submit(job, sink);
            active++;
            return ticket;
        } finally {
            lock.unlock();
        }
    }

    /// Hands several jobs over at once, all of them or none. The caller reports the end of each by [#finished].
    ///
    /// @param broken reports the end of all, idempotent; called if a job is refused when others were taken
    List<Ticket> submit(RunnerSettings wanted, List<ChoiceScoring.Scored> jobs, Runnable broken)
            throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Runner runner = runnerFor(wanted, jobs.getFirst().job().urgency().deadline());
            active += jobs.size();
            List<Ticket> tickets = new ArrayList<>();
            try {
                for (ChoiceScoring.Scored each : jobs) tickets.add(runner.submit(each.job(), each.sink()));
                return tickets;
            } catch (Throwable t) {
                tickets.forEach(Ticket::cancel);
                broken.run();
                throw t;
            }
        } finally {
            lock.unlock();
        }
    }

    void finished() {
        lock.lock();
        try {
            active--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The present one; `null` before the first request.
    @Nullable
    Runner runner() {
        return runner;
    }

    /// Ends what runs with an error. Never on the decode thread, which this waits for. Idempotent.
    @Override
    public void close() {
        Runner last;
        lock.lock();
        try {
            closed = true;
            last = runner;
            runner = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        // Outside the lock: the decode thread takes it when it reports the end of a job.
        if (last != null) last.close();
    }

    private Runner runnerFor(RunnerSettings wanted, long deadline) throws InterruptedException {
        boolean queued = false;
        try {
            while (true) {
                if (closed) throw new BackendException(BackendException.Kind.OVERLOADED, "the model was unloaded");
                Runner present = runner;
                boolean suitable = present != null && !present.isOver() && suits.test(present.settings(), wanted);
                if (present != null && suitable && (wantingAnother == 0 || queued)) return present;
                if (active == 0 && !suitable) return replace(wanted);
                if (!suitable && !queued) {
                    wantingAnother++;
                    queued = true;
                }
                awaitChange(deadline);
            }
        } finally {
            if (queued) {
                wantingAnother--;
                changed.signalAll();
            }
        }
    }

    /// Whom it waits for may be lost, see [InFlight]: so it looks up from time to time.
    private void awaitChange(long deadline) throws InterruptedException {
        InFlight.requireAlive();
        if (deadline == Urgency.NEVER) {
            changed.awaitNanos(LOOK_NANOS);
        } else if (deadline - System.nanoTime() > 0) {
            changed.awaitNanos(Math.min(LOOK_NANOS, deadline - System.nanoTime()));
        } else {
            throw new BackendException(
                    BackendException.Kind.TOO_LATE,
                    "the deadline passed while requests with another num_thread or num_batch were running");
        }
    }

    private Runner replace(RunnerSettings wanted) {
        Runner last = runner;
        runner = null;
        if (last != null) last.close();
        Runner fresh = runners.apply(wanted);
        runner = fresh;
        return fresh;
    }
}
