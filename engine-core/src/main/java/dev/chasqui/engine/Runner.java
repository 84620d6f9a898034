package dev.chasqui.engine;

import dev.chasqui.llama.Decoder;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.Scheduler;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.schedule.SchedulerStatistics;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.TokenSink;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// A context and the one thread that decodes with it. Owns both.
final class Runner implements AutoCloseable {

    /// llama.cpp's threads spin at barriers, so two decodes at once on the same cores slow each other down many
    /// times over: one at a time in this process, in order of asking.
    static final Lock CORES = new ReentrantLock(true);

    static final long STACK_BYTES = 16 << 20;

    private final RunnerSettings settings;
    private final Decoder decoder;
    private final Scheduler scheduler;
    private final Thread thread;
    private volatile boolean stopping;

    /// @param made what the decoder was made with
    Runner(String model, RunnerSettings made, Decoder decoder, SchedulerSettings settings) {
        this.settings = made;
        this.decoder = decoder;
        this.scheduler = new Scheduler(decoder, settings, System::nanoTime);
        this.thread = Thread.ofPlatform()
                .name("chasqui-decode-" + model)
                .daemon()
                .stackSize(STACK_BYTES)
                .unstarted(this::run);
        thread.start();
    }

    RunnerSettings settings() {
        return settings;
    }

    /// By now.
    int contextTokens() {
        return decoder.contextTokens();
    }

    Ticket submit(Job job, TokenSink sink) {
        Ticket ticket = scheduler.submit(job, sink);
        LockSupport.unpark(thread);
        return () -> {
            ticket.cancel();
            LockSupport.unpark(thread);
        };
    }

    SchedulerStatistics statistics() {
        return scheduler.statistics();
    }

    void release(String pin) {
        scheduler.release(pin);
    }

    /// Stops the thread, ends what is left with an error, and frees the context.
    @Override
    public void close() {
        stopping = true;
        decoder.abort();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the context must not be freed under a running decode
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void run() {
        try (decoder) {
            while (!stopping) {
                CORES.lock();
                boolean worked;
                try {
                    worked = scheduler.turn();
                } finally {
                    CORES.unlock();
                }
                if (!worked && !stopping) LockSupport.park(this);
            }
            scheduler.failAll(new IllegalStateException("the model was unloaded"));
        } catch (Throwable t) {
            stopping = true;
            scheduler.failAll(new IllegalStateException("the decode thread died: " + t, t));
            throw t;
        }
    }
}
