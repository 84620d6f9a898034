package dev.chasqui.engine;

import dev.chasqui.llama.Decoder;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.Scheduler;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.schedule.SchedulerStatistics;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.TokenSink;

/// A context, the scheduler that shares it, and the thread that decodes with it. Owns all three.
final class Runner implements AutoCloseable {

    private final RunnerSettings settings;
    private final Decoder decoder;
    private final Scheduler scheduler;
    private final DecodeThread thread;

    /// @param lane tells its thread from the model's others
    /// @param made what the decoder was made with
    Runner(String model, String lane, RunnerSettings made, Decoder decoder, SchedulerSettings settings) {
        this.settings = made;
        this.decoder = decoder;
        this.scheduler = new Scheduler(decoder, settings, System::nanoTime);
        this.thread = new DecodeThread(model, lane, scheduler, decoder::abort, decoder::close);
    }

    RunnerSettings settings() {
        return settings;
    }

    /// By now.
    int contextTokens() {
        return decoder.contextTokens();
    }

    Ticket submit(Job job, TokenSink sink) {
        return thread.waking(scheduler.submit(job, sink));
    }

    /// Whether an error ended its thread; then another one has to take its place.
    boolean isOver() {
        return thread.isOver();
    }

    SchedulerStatistics statistics() {
        return scheduler.statistics();
    }

    void release(String pin) {
        scheduler.release(pin);
    }

    /// Ends what is left with an error, and frees the context.
    @Override
    public void close() {
        thread.close();
    }
}
