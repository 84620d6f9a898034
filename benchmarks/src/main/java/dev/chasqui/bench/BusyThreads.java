package dev.chasqui.bench;

import java.util.List;
import java.util.stream.IntStream;

/// Java threads that do nothing but count, as an application beside its engine may.
final class BusyThreads implements AutoCloseable {

    private final List<Thread> threads;
    private volatile boolean stopping;

    BusyThreads(int count) {
        threads = IntStream.range(0, count)
                .mapToObj(i -> Thread.ofPlatform().daemon().name("busy-" + i).start(this::count))
                .toList();
    }

    @Override
    public void close() {
        stopping = true;
        try {
            for (Thread thread : threads) thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while busy threads ended", e);
        }
    }

    private void count() {
        while (!stopping) Thread.onSpinWait();
    }
}
