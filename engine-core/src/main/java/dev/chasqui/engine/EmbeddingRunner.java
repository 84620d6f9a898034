package dev.chasqui.engine;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.EmbedderSettings;
import dev.chasqui.llama.LlamaEmbedder;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.schedule.EmbeddingBatcher;
import dev.chasqui.schedule.EmbeddingJob;
import dev.chasqui.schedule.EmbeddingSink;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.schedule.Ticket;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What turns a model's texts into vectors, beside its answers and undisturbed by them: an embedder, what
/// packs its batches, and the thread that drives it. Owns all three.
final class EmbeddingRunner implements AutoCloseable {

    private final Consumer<ContextSettings> permission;
    private final PacedEmbedder embedder;
    private final EmbeddingBatcher batcher;
    private final DecodeThread thread;
    private volatile @Nullable ContextSettings settings;
    private volatile int textTokens;

    /// Nothing is allocated before the first batch.
    ///
    /// @param permission hears of every context before it is made, and refuses it by throwing
    EmbeddingRunner(
            String model,
            LlamaModel weights,
            EmbedderSettings wanted,
            Consumer<ContextSettings> permission,
            Pace pace,
            SchedulerSettings scheduling) {
        this.permission = permission;
        LlamaEmbedder vectors = new LlamaEmbedder(weights, wanted, this::permit);
        this.embedder = new PacedEmbedder(vectors, vectors::setThreads, pace, System::nanoTime);
        this.batcher = new EmbeddingBatcher(embedder, scheduling, Cores.OF_THIS_PROCESS::crowded, System::nanoTime);
        this.thread = new DecodeThread("vectors-" + model, batcher, embedder::abort, embedder::close);
    }

    private void permit(ContextSettings context) {
        permission.accept(context);
        settings = context;
    }

    /// @param textTokens most tokens of its texts
    /// @param threads    that compute; `0` for as many as the cores really give
    Ticket submit(EmbeddingJob job, int textTokens, int threads, EmbeddingSink sink) {
        embedder.fix(threads);
        this.textTokens = textTokens;
        return thread.waking(batcher.submit(job, sink));
    }

    /// What its context was made with; empty before the first batch.
    Optional<ContextSettings> settings() {
        return Optional.ofNullable(settings);
    }

    /// Most tokens of a text of the latest request.
    int textTokens() {
        return textTokens;
    }

    /// Ends what is left with an error, and frees the context.
    @Override
    public void close() {
        thread.close();
    }
}
