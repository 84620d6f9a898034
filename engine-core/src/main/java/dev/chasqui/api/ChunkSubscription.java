package dev.chasqui.api;

import java.util.Iterator;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// One subscriber's answer: nothing is asked of the backend before he wants something, and no chunk is handed over
/// that he did not ask for.
final class ChunkSubscription implements Flow.Subscription {

    private final Supplier<Generation> start;
    private final Flow.Subscriber<? super Chunk> subscriber;
    private final Thread worker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long wanted; // guarded by lock
    private boolean wrong; // guarded by lock
    private boolean cancelled; // guarded by lock

    ChunkSubscription(Supplier<Generation> start, Flow.Subscriber<? super Chunk> subscriber) {
        this.start = start;
        this.subscriber = subscriber;
        this.worker = Thread.ofVirtual().name("chasqui-publisher").unstarted(this::run);
    }

    void begin() {
        worker.start();
    }

    @Override
    public void request(long chunks) {
        lock.lock();
        try {
            if (chunks <= 0) wrong = true;
            else wanted = wanted + chunks < 0 ? Long.MAX_VALUE : wanted + chunks;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (Thread.currentThread() != worker) worker.interrupt();
    }

    private void run() {
        subscriber.onSubscribe(this);
        try {
            if (!awaitDemand()) return;
            try (Generation generation = start.get()) {
                Iterator<Chunk> chunks = generation.iterator();
                while (!isCancelled() && chunks.hasNext()) {
                    if (!awaitDemand()) return;
                    subscriber.onNext(chunks.next());
                    handedOver();
                }
            }
            if (!isCancelled()) subscriber.onComplete();
        } catch (Throwable t) {
            if (!isCancelled()) subscriber.onError(t);
        }
    }

    /// Waits until a chunk is wanted; `false` if none ever will be.
    private boolean awaitDemand() throws InterruptedException {
        lock.lock();
        try {
            while (wanted == 0 && !wrong && !cancelled) changed.await();
            if (wrong) throw new IllegalArgumentException("the subscriber asked for less than one chunk");
            return !cancelled;
        } finally {
            lock.unlock();
        }
    }

    private void handedOver() {
        lock.lock();
        try {
            if (wanted < Long.MAX_VALUE) wanted--;
        } finally {
            lock.unlock();
        }
    }

    private boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }
}
