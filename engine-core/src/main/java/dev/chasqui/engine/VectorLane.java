package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.schedule.EmbeddingJob;
import dev.chasqui.schedule.EmbeddingSink;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.schedule.Ticket;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A model's texts that become vectors, beside its answers. There is nothing of it in memory before it is asked.
final class VectorLane implements AutoCloseable {

    private final String model;
    private final GgufFile facts;
    private final LlamaModel weights;
    private final EngineConfig config;
    private final Headroom memory;
    private final Pace pace;
    private volatile @Nullable EmbeddingRunner runner;
    private boolean closed;

    VectorLane(String model, GgufFile facts, LlamaModel weights, EngineConfig config, Headroom memory, Pace pace) {
        this.model = model;
        this.facts = facts;
        this.weights = weights;
        this.config = config;
        this.memory = memory;
        this.pace = pace;
    }

    /// How texts are embedded for a request with these options.
    EmbeddingPlan plan(Options options) {
        return EmbeddingPlan.of(facts, options, config, !memory.plan().devices().isEmpty());
    }

    /// Elements of a vector.
    int length() {
        return facts.vectorLength().orElse(4096);
    }

    /// Hands texts to the thread that makes vectors.
    synchronized Ticket submit(EmbeddingPlan plan, EmbeddingJob job, EmbeddingSink sink) {
        if (closed) throw new BackendException(BackendException.Kind.OVERLOADED, "the model was unloaded");
        EmbeddingRunner present = runner;
        if (present != null && present.isOver()) {
            present.close();
            present = null;
        }
        if (present == null) {
            SchedulerSettings scheduling = SchedulerSettings.DEFAULT.withMaxQueue(config.maxQueue());
            present = new EmbeddingRunner(
                    model, weights, plan.settings(), memory::require, pace, config.cpus(), scheduling);
            runner = present;
        }
        return present.submit(plan, job, sink);
    }

    /// What its context was made with; empty as long as there is none.
    Optional<ContextSettings> context() {
        return Optional.ofNullable(runner).flatMap(EmbeddingRunner::settings);
    }

    /// Most tokens of a text of the latest request; `0` before the first.
    int textTokens() {
        EmbeddingRunner present = runner;
        return present == null ? 0 : present.textTokens();
    }

    /// Ends what is left with an error. Never on the thread that makes vectors, which this waits for. Idempotent.
    @Override
    public void close() {
        EmbeddingRunner last;
        synchronized (this) {
            closed = true;
            last = runner;
            runner = null;
        }
        if (last != null) last.close();
    }
}
