package dev.chasqui.isolate;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one child alive from the first call on: starts it again when it dies, ever later if it dies often, and keeps
/// models away that it dies of.
public final class Supervisor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration LIVED_LONG = Duration.ofSeconds(60);

    private final Launch launch;
    private final Quarantine quarantine;
    private final UnaryOperator<String> keys;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BackOff backOff = new BackOff();
    private @Nullable Child child;
    private @Nullable Thread watching;
    private @Nullable Thread starting;
    private boolean closed;
    private long readyAt;
    private long notBefore = System.nanoTime();
    private volatile String trouble = "";

    /// @param keys from a model's name as calls have it to what names its weights
    public Supervisor(Launch launch, UnaryOperator<String> keys) {
        this(launch, keys, Quarantine.Limits.DEFAULT);
    }

    Supervisor(Launch launch, UnaryOperator<String> keys, Quarantine.Limits limits) {
        this.launch = launch;
        this.keys = keys;
        this.quarantine = new Quarantine(limits, System::nanoTime);
    }

    /// Begins a call. Starts the child if there is none, and waits for one that is starting.
    ///
    /// @param method names it, `0` to `127`
    /// @param model  the one it is about; empty if it is about none
    /// @param until  how long to wait, by [System#nanoTime]; `Long.MAX_VALUE` for as long as it takes
    /// @return empty if there was no child until then
    /// @throws BackendException      of kind `OVERLOADED` if the child died and is not to be started yet; of kind
    ///                               `FAILED` if the model is quarantined
    /// @throws IllegalStateException after [#close]
    public Optional<RemoteCall> call(int method, String model, byte[] argument, long until)
            throws InterruptedException {
        if (!model.isEmpty() && !quarantine.isEmpty()) {
            quarantine.refusal(keys.apply(model)).ifPresent(why -> {
                throw new BackendException(Kind.FAILED, why);
            });
        }
        return running(until).map(running -> running.call(model, message(method, argument)));
    }

    private static byte[] message(int method, byte[] argument) {
        byte[] message = new byte[argument.length + 1];
        message[0] = (byte) method;
        System.arraycopy(argument, 0, message, 1, argument.length);
        return message;
    }

    /// As [#call], for what is asked of a child only if there is one.
    public Optional<RemoteCall> callIfRunning(int method, byte[] argument) {
        Child present;
        lock.lock();
        try {
            present = child;
        } finally {
            lock.unlock();
        }
        return Optional.ofNullable(present).map(running -> running.call("", message(method, argument)));
    }

    /// Why calls are not taken now, if they are not.
    public Optional<String> obstacle() {
        lock.lock();
        try {
            boolean lives = child != null && !child.isOver();
            boolean began = child != null || !trouble.isEmpty();
            if (closed || lives || !began) return Optional.empty();
            return Optional.of("the engine process is being started again, for the last one ended: " + trouble);
        } finally {
            lock.unlock();
        }
    }

    /// The models that are kept away, each in a sentence.
    public List<String> quarantined() {
        return quarantine.all();
    }

    private Optional<Child> running(long until) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) throw new IllegalStateException("the engine is closed");
                Child present = child;
                if (present != null && !present.isOver()) return Optional.of(present);
                if (present == null && starting == null) {
                    long wait = notBefore - System.nanoTime();
                    if (wait > 0) throw notYet(wait);
                    beginStart();
                }
                if (until == Long.MAX_VALUE) changed.await();
                else if (changed.awaitNanos(until - System.nanoTime()) <= 0) return Optional.empty();
            }
        } finally {
            lock.unlock();
        }
    }

    private BackendException notYet(long nanos) {
        return new BackendException(
                Kind.OVERLOADED,
                "the engine process is down: " + trouble + ". It is started again in "
                        + Math.ceilDiv(nanos, 100_000_000) / 10.0 + " s; repeat the request then");
    }

    /// Holds the lock.
    private void beginStart() {
        starting = Thread.ofPlatform().daemon().name("chasqui-isolate-start").unstarted(this::start);
        starting.start();
        if (watching == null) {
            watching =
                    Thread.ofPlatform().daemon().name("chasqui-isolate-watch").start(this::watch);
        }
    }

    private void start() {
        long begin = System.nanoTime();
        try {
            Child fresh = Child.start(launch, this::died);
            if (taken(fresh)) {
                LOG.info("the engine process {} is ready after {} ms", fresh.pid(), (readyAt - begin) / 1_000_000);
            } else {
                fresh.close();
                notStarted(trouble.isEmpty() ? "it ended as soon as it was ready" : trouble);
            }
        } catch (IOException | RuntimeException | InterruptedException | Error e) {
            notStarted(String.valueOf(e.getMessage()));
        }
    }

    /// @return whether it lives and is still wanted
    private boolean taken(Child fresh) {
        lock.lock();
        try {
            if (closed || fresh.isOver()) return false;
            starting = null;
            readyAt = System.nanoTime();
            child = fresh;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void notStarted(String reason) {
        lock.lock();
        try {
            starting = null;
            if (!closed) down(reason, false);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void died(Child dead, String reason) {
        blame(dead, reason);
        lock.lock();
        try {
            trouble = reason;
            if (child != dead) return; // it never was ready: whoever starts it sees that
            child = null;
            if (!closed) down(reason, System.nanoTime() - readyAt > LIVED_LONG.toNanos());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Holds the lock.
    private void down(String reason, boolean livedLong) {
        trouble = reason;
        Duration wait = backOff.next(livedLong);
        notBefore = System.nanoTime() + wait.toNanos();
        LOG.error("the engine process ended: {}. It is started again in {} ms", reason, wait.toMillis());
        if (wait.isZero()) beginStart();
    }

    private void blame(Child dead, String reason) {
        for (String model : dead.suspects()) {
            LOG.warn("the engine process worked with {} when it ended", model);
            if (quarantine.blame(keys.apply(model), model, reason)) LOG.error("model '{}' is quarantined", model);
        }
    }

    private void watch() {
        Watch watch = new Watch(System::nanoTime);
        while (true) {
            Child present;
            lock.lock();
            try {
                if (closed) return;
                boolean due = child == null && starting == null && notBefore - System.nanoTime() <= 0;
                if (due) beginStart();
                changed.awaitNanos(Watch.TICK.toNanos());
                present = child;
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            if (present != null) watch.look(present).ifPresent(present::end);
        }
    }

    /// Ends the child for certain. Calls that are left hear that the engine is closed. Idempotent.
    @Override
    public void close() {
        Child last;
        lock.lock();
        try {
            closed = true;
            last = child;
            child = null;
            if (starting != null) starting.interrupt();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (last != null) last.close();
        awaitStart();
    }

    /// One that is just being started is ended by its starter.
    private void awaitStart() {
        lock.lock();
        try {
            while (starting != null) changed.awaitUninterruptibly();
        } finally {
            lock.unlock();
        }
    }
}
