package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.schedule.EmbeddingJob;
import dev.chasqui.schedule.EmbeddingSink;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.schedule.SchedulerStatistics;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.TokenSink;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/// Weights in memory with the context that answers over them and, once it is asked for, one that makes vectors.
/// Owns all three.
///
/// The context grows while it runs. A request that needs other threads or larger batches waits until nobody
/// uses the present one, and then has it replaced; the weights stay. Requests that come meanwhile wait behind
/// it.
final class LoadedModel implements AutoCloseable {

    private final ModelSource source;
    private final EngineConfig config;
    private final GgufFile facts;
    private final LlamaModel weights;
    private final MemoryPlan plan;
    private final Prompts prompts;
    /// Outlives the contexts: what it learnt of the cores holds for the next one too.
    private final Pace pace;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private volatile @Nullable Runner runner;
    private volatile @Nullable EmbeddingRunner embedding;
    private volatile @Nullable ContextSettings settings;
    private boolean threadsFixed;
    private int active;
    private int wantingAnother;
    private boolean closed;

    private LoadedModel(
            ModelSource source,
            EngineConfig config,
            GgufFile facts,
            LlamaModel weights,
            MemoryPlan plan,
            Prompts prompts,
            FreeCores cores) {
        this.source = source;
        this.config = config;
        this.facts = facts;
        this.weights = weights;
        this.plan = plan;
        this.prompts = prompts;
        this.pace = new Pace(Runtime.getRuntime().availableProcessors(), cores);
    }

    /// @param progress hears how much is loaded, from 0 to 1; answering `false` gives the load up
    /// @throws BackendException if llama.cpp cannot read it
    static LoadedModel load(
            ModelSource source, GgufFile facts, EngineConfig config, Placement where, DoublePredicate progress) {
        FreeCores cores = new ProcCores(Path.of("/proc"), System.nanoTime());
        LlamaModel weights;
        try {
            weights = LlamaModel.open(source.weights(), where.how().withProgress(progress));
        } catch (LlamaException e) {
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
        try {
            return new LoadedModel(
                    source, config, facts, weights, where.memory(), Prompts.of(source, weights, facts), cores);
        } catch (Throwable t) {
            weights.close();
            throw t;
        }
    }

    ModelSource source() {
        return source;
    }

    Prompts prompts() {
        return prompts;
    }

    /// What a request with these options needs of a context, before its prompt is known.
    ContextPlan contextPlan(Options options) {
        return ContextPlan.of(options, config.contextTokens(), Math.max(1, weights.trainedContextTokens()));
    }

    /// Makes sure there is a context for these options.
    void prepare(ContextPlan plan, Options options) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            runnerFor(plan, options);
        } finally {
            lock.unlock();
        }
    }

    /// What the scheduler did and holds; empty before the first request.
    Optional<SchedulerStatistics> statistics() {
        Runner present = runner;
        return present == null ? Optional.empty() : Optional.of(present.statistics());
    }

    /// Lets what was pinned by this name go when room is needed.
    void release(String pin) {
        Runner present = runner;
        if (present != null) present.release(pin);
    }

    /// Hands a job to the decode thread. The caller reports the job's end by [#finished], once.
    Ticket submit(ContextPlan plan, Options options, Job job, TokenSink sink) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Ticket ticket = runnerFor(plan, options).submit(job, sink);
            active++;
            return ticket;
        } finally {
            lock.unlock();
        }
    }

    /// How texts are embedded for a request with these options.
    EmbeddingPlan embeddingPlan(Options options) {
        return EmbeddingPlan.of(facts, options, config, !plan.devices().isEmpty());
    }

    /// Elements of a vector.
    int vectorLength() {
        return facts.vectorLength().orElse(4096);
    }

    /// Hands texts to the thread that makes vectors.
    ///
    /// @param threads that compute; `0` for as many as the cores really give
    Ticket embed(EmbeddingPlan plan, int threads, EmbeddingJob job, EmbeddingSink sink) {
        lock.lock();
        try {
            if (closed) throw new BackendException(BackendException.Kind.OVERLOADED, "the model was unloaded");
            EmbeddingRunner present = embedding;
            if (present == null) {
                SchedulerSettings scheduling = SchedulerSettings.DEFAULT.withMaxQueue(config.maxQueue());
                present = new EmbeddingRunner(
                        source.name(), weights, plan.settings(), this::requireRoom, pace, scheduling);
                embedding = present;
            }
            return present.submit(job, plan.textTokens(), threads, sink);
        } finally {
            lock.unlock();
        }
    }

    /// @throws BackendException with the numbers, if there is no memory for it
    private void requireRoom(ContextSettings wanted) {
        plan.withContext(facts, wanted).contextOnly().requireFits(source.name(), MachineMemory.read());
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

    /// Tokens the present context holds per request, or a text has where there are only vectors; `0` before the
    /// first request.
    int contextTokens() {
        Runner present = runner;
        if (present != null) return present.contextTokens() / config.parallel().orElse(1);
        EmbeddingRunner vectors = embedding;
        return vectors == null ? 0 : vectors.textTokens();
    }

    /// Whether the context that the model was planned with takes its memory by now.
    boolean hasItsContext() {
        EmbeddingRunner vectors = embedding;
        return facts.poolsEmbeddings() ? vectors != null && vectors.settings().isPresent() : runner != null;
    }

    /// Bytes of weights, KV caches and buffers.
    long sizeBytes() {
        ContextSettings present = grown();
        long answers = present == null
                ? facts.weightsBytes()
                : plan.withContext(facts, present).totalBytes()
                        + plan.withContext(facts, present).deviceBytes();
        return answers
                + forVectors()
                        .map(context -> context.contextBytes() + context.contextDeviceBytes())
                        .orElse(0L);
    }

    /// Of them, those on GPUs.
    long deviceBytes() {
        ContextSettings present = grown();
        long answers = present == null ? 0 : plan.withContext(facts, present).deviceBytes();
        return answers + forVectors().map(MemoryPlan::contextDeviceBytes).orElse(0L);
    }

    private Optional<MemoryPlan> forVectors() {
        return Optional.ofNullable(embedding)
                .flatMap(EmbeddingRunner::settings)
                .map(context -> plan.withContext(facts, context));
    }

    /// Ends what runs with an error and frees everything. Never on the decode thread, which this waits for.
    @Override
    public void close() {
        Runner last;
        EmbeddingRunner vectors;
        lock.lock();
        try {
            if (closed) return;
            closed = true;
            last = runner;
            runner = null;
            vectors = embedding;
            embedding = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        // Outside the lock: the decode thread takes it when it reports the end of a job.
        if (last != null) last.close();
        if (vectors != null) vectors.close();
        prompts.close();
        weights.close();
    }

    /// What the context was made with, and how large it is by now.
    private @Nullable ContextSettings grown() {
        Runner present = runner;
        ContextSettings made = settings;
        return present == null || made == null ? made : made.withContextTokens(present.contextTokens());
    }

    private Runner runnerFor(ContextPlan plan, Options options) throws InterruptedException {
        ContextSettings wanted =
                plan.settings(options, config, facts.vocabSize().orElse(150_000));
        boolean fixed = options.count(Option.NUM_THREAD).orElse(0) > 0;
        boolean queued = false;
        try {
            while (true) {
                if (closed) throw new BackendException(BackendException.Kind.OVERLOADED, "the model was unloaded");
                Runner present = runner;
                boolean suits = present != null && suits(wanted, fixed);
                if (present != null && suits && (wantingAnother == 0 || queued)) return present;
                if (active == 0 && (!suits || present == null)) return replace(wanted, fixed);
                if (!suits && !queued) {
                    wantingAnother++;
                    queued = true;
                }
                changed.await();
            }
        } finally {
            if (queued) {
                wantingAnother--;
                changed.signalAll();
            }
        }
    }

    /// Twice what is needed where that is little, a fourth more where it is much; the old cache and a copy of
    /// it are in memory while the new one is filled. Called by the decode thread.
    ///
    /// @return tokens, or `0` if there is no memory for them
    private int growth(int needed, ContextSettings present) {
        int larger =
                Math.min(Integer.highestOneBit(Math.max(256, needed) - 1) << 1, needed + Math.max(4096, needed / 4));
        for (int tokens : new int[] {larger, needed}) {
            long bytes = MemoryEstimate.kvBytes(facts, present.withContextTokens(tokens))
                    + MemoryEstimate.kvBytes(facts, present);
            if (bytes < MachineMemory.read().availableBytes() / 2) return tokens;
        }
        return 0;
    }

    private boolean suits(ContextSettings wanted, boolean fixed) {
        ContextSettings present = settings;
        return present != null
                && present.batchTokens() >= wanted.batchTokens()
                && threadsFixed == fixed
                && present.threads() == wanted.threads();
    }

    private Runner replace(ContextSettings wanted, boolean fixed) {
        if (runner != null) runner.close();
        runner = null;
        settings = null;
        requireRoom(wanted);
        try {
            LlamaContext context = weights.newContext(wanted);
            Runner fresh = new Runner(
                    source.name(),
                    PacedDecoder.of(context, pace, fixed, needed -> growth(needed, context.settings())),
                    config.scheduling(wanted));
            runner = fresh;
            settings = wanted;
            threadsFixed = fixed;
            return fresh;
        } catch (LlamaException e) {
            throw BackendException.failed("model '" + source.name() + "': " + e.getMessage(), e);
        }
    }
}
