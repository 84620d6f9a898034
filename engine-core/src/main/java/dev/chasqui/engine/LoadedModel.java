package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.SchedulerStatistics;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.TokenSink;
import dev.chasqui.tune.Knobs;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/// Weights in memory with the one context that decodes over them. Owns both.
///
/// The context grows while it runs. A request that needs other threads or larger batches waits until nobody
/// uses the present one, and then has it replaced; the weights stay. Requests that come meanwhile wait behind
/// it.
final class LoadedModel implements AutoCloseable {

    private final ModelSource source;
    private final EngineConfig config;
    private final Knobs tuned;
    private final GgufFile facts;
    private final LlamaModel weights;
    private final MemoryPlan plan;
    private final Prompts prompts;
    /// Outlives the contexts: what it learnt of the cores holds for the next one too.
    private final Pace pace;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private volatile @Nullable Runner runner;
    private volatile @Nullable ContextSettings settings;
    private ThreadPlan threads;
    private int active;
    private int wantingAnother;
    private boolean closed;

    private LoadedModel(
            ModelSource source,
            EngineConfig config,
            Knobs tuned,
            GgufFile facts,
            LlamaModel weights,
            MemoryPlan plan,
            Prompts prompts,
            FreeCores cores) {
        this.source = source;
        this.config = config;
        this.tuned = tuned;
        this.facts = facts;
        this.weights = weights;
        this.plan = plan;
        this.prompts = prompts;
        this.threads = ThreadPlan.of(Options.NONE, config.cores(), tuned);
        this.pace = new Pace(
                config.cores(),
                threads,
                cores,
                (kind, before, after) -> ThreadsChanged.commit(source.name(), kind, before, after));
    }

    /// @param tuned    what was measured for it
    /// @param progress hears how much is loaded, from 0 to 1; answering `false` gives the load up
    /// @throws BackendException if llama.cpp cannot read it
    static LoadedModel load(
            ModelSource source,
            GgufFile facts,
            EngineConfig config,
            Knobs tuned,
            Placement where,
            DoublePredicate progress) {
        FreeCores cores = new ProcCores(Path.of("/proc"), config.cores(), System.nanoTime());
        LlamaModel weights;
        try {
            weights = LlamaModel.open(source.weights(), where.how().withProgress(progress));
        } catch (LlamaException e) {
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
        try {
            return new LoadedModel(
                    source, config, tuned, facts, weights, where.memory(), Prompts.of(source, weights, facts), cores);
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

    void finished() {
        lock.lock();
        try {
            active--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tokens the present context holds per request; `0` before the first request.
    int contextTokens() {
        Runner present = runner;
        return present == null ? 0 : present.contextTokens() / config.parallel().orElse(1);
    }

    /// Bytes of weights, KV cache and buffers.
    long sizeBytes() {
        ContextSettings present = grown();
        return present == null
                ? facts.weightsBytes()
                : plan.withContext(facts, present).totalBytes() + deviceBytes();
    }

    /// Of them, those on GPUs.
    long deviceBytes() {
        ContextSettings present = grown();
        return present == null ? 0 : plan.withContext(facts, present).deviceBytes();
    }

    /// Ends what runs with an error and frees everything. Never on the decode thread, which this waits for.
    @Override
    public void close() {
        Runner last;
        lock.lock();
        try {
            if (closed) return;
            closed = true;
            last = runner;
            runner = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        // Outside the lock: the decode thread takes it when it reports the end of a job.
        if (last != null) last.close();
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
                plan.settings(options, config, tuned, facts.vocabSize().orElse(150_000));
        ThreadPlan wantedThreads = ThreadPlan.of(options, config.cores(), tuned);
        boolean queued = false;
        try {
            while (true) {
                if (closed) throw new BackendException(BackendException.Kind.OVERLOADED, "the model was unloaded");
                Runner present = runner;
                boolean suits = present != null && suits(wanted, wantedThreads);
                if (present != null && suits && (wantingAnother == 0 || queued)) return present;
                if (active == 0 && (!suits || present == null)) return replace(wanted, wantedThreads);
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

    private boolean suits(ContextSettings wanted, ThreadPlan wantedThreads) {
        ContextSettings present = settings;
        return present != null && present.batchTokens() >= wanted.batchTokens() && threads.equals(wantedThreads);
    }

    private Runner replace(ContextSettings wanted, ThreadPlan wantedThreads) {
        if (runner != null) runner.close();
        runner = null;
        settings = null;
        plan.withContext(facts, wanted).contextOnly().requireFits(source.name(), MachineMemory.read());
        try {
            LlamaContext context = weights.newContext(wanted, config.cpus());
            pace.follow(wantedThreads);
            Runner fresh = new Runner(
                    source.name(),
                    PacedDecoder.of(context, pace, needed -> growth(needed, context.settings())),
                    config.scheduling(wanted));
            runner = fresh;
            settings = wanted;
            threads = wantedThreads;
            return fresh;
        } catch (LlamaException e) {
            throw BackendException.failed("model '" + source.name() + "': " + e.getMessage(), e);
        }
    }
}
