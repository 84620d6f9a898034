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
import java.util.SortedSet;
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
            SortedSet<Integer> cpus,
            SchedulerSettings scheduling) {
        this.permission = permission;
        LlamaEmbedder vectors = new LlamaEmbedder(weights, wanted, this::permit, cpus);
        this.embedder = new PacedEmbedder(vectors, vectors::setThreads, pace, System::nanoTime);
        this.batcher = new EmbeddingBatcher(embedder, scheduling, Cores.OF_THIS_PROCESS::crowded, System::nanoTime);
        this.thread = new DecodeThread(model, "-vectors", batcher, embedder::abort, embedder::close);
    }

    private void permit(ContextSettings context) {
        permission.accept(context);
        settings = context;
    }

    Ticket submit(EmbeddingPlan plan, EmbeddingJob job, EmbeddingSink sink) {
        embedder.fix(plan.threads());
        textTokens = plan.textTokens();
        return thread.waking(batcher.submit(job, sink));
    }

    /// Whether an error ended its thread; then another one has to take its place.
    boolean isOver() {
        return thread.isOver();
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
