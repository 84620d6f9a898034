package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/// Tells how one file gets on that others bring or send.
final class FileProgress {

    private static final Duration EVERY = Duration.ofMillis(60);

    private final String status;
    private final Layer layer;
    private final Progress progress;
    private long told = -1;

    /// @param verb `pulling` or `pushing`
    FileProgress(String verb, Layer layer, Progress progress) {
        this.status = verb + " " + layer.digest().hex().substring(0, 12);
        this.layer = layer;
        this.progress = progress;
    }

    /// Tells it now and then until it is done, on this thread.
    ///
    /// @param completed counts bytes
    /// @throws BackendException what went wrong
    void until(Future<?> done, LongSupplier completed) throws InterruptedException {
        while (true) {
            at(completed.getAsLong());
            try {
                done.get(EVERY.toMillis(), TimeUnit.MILLISECONDS);
                complete();
                return;
            } catch (TimeoutException e) {
                // it goes on
            } catch (ExecutionException e) {
                throw e.getCause() instanceof BackendException refusal
                        ? new BackendException(refusal.kind(), String.valueOf(refusal.getMessage()), refusal)
                        : new IllegalStateException(e.getCause());
            }
        }
    }

    void complete() {
        at(layer.size());
    }

    private void at(long completed) {
        if (completed == told) return;
        told = completed;
        progress.report(new ProgressLine(status, layer.digest().toString(), completed, layer.size()));
    }
}
