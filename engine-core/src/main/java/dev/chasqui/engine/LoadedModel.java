package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.TokenSink;
import java.nio.file.Path;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Weights in memory with the one context that decodes over them. Owns both.
///
/// A request that needs a larger context waits until nobody uses the present one, and then has it replaced; the
/// weights stay. Requests that come meanwhile wait behind it.
final class LoadedModel implements AutoCloseable {

    private final ModelSource source;
    private final EngineConfig config;
    private final GgufFile facts;
    private final LlamaModel weights;
    private final Prompts prompts;
    /// Outlives the contexts: what it learnt of the cores holds for the next one too.
    private final Pace pace;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private @Nullable Runner runner;
    private @Nullable ContextSettings settings;
    private boolean threadsFixed;
    private int active;
    private int wantingAnother;
    private boolean closed;

    private LoadedModel(
            ModelSource source,
            EngineConfig config,
            GgufFile facts,
            LlamaModel weights,
            Prompts prompts,
            FreeCores cores) {
        this.source = source;
        this.config = config;
        this.facts = facts;
        this.weights = weights;
        this.prompts = prompts;
        this.pace = new Pace(Runtime.getRuntime().availableProcessors(), cores);
    }

    /// @throws BackendException if llama.cpp cannot read it
    static LoadedModel load(ModelSource source, GgufFile facts, EngineConfig config, ModelSettings how) {
        FreeCores cores = new ProcCores(Path.of("/proc"), System.nanoTime());
        LlamaModel weights;
        try {
            weights = LlamaModel.open(source.weights(), how);
        } catch (LlamaException e) {
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
        try {
            return new LoadedModel(source, config, facts, weights, Prompts.of(source, weights, facts), cores);
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
        ContextSettings present = settings;
        return present == null ? 0 : present.contextTokens() / config.parallel().orElse(1);
    }

    /// Bytes of weights, KV cache and buffers.
    long sizeBytes() {
        ContextSettings present = settings;
        return present == null
                ? facts.weightsBytes()
                : memoryPlan(facts, present).totalBytes();
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

    static MemoryPlan memoryPlan(GgufFile facts, ContextSettings settings) {
        double bytesPerElement = switch (settings.keyType()) {
            case F16, BF16 -> 2;
            case Q8_0 -> 34.0 / 32;
            case Q4_0 -> 18.0 / 32;
        };
        long rowBytes = 4L * (facts.embeddingLength().orElse(4096) * 16L);
        long outputBytes = 4L * settings.outputs() * facts.vocabSize().orElse(150_000) * 2;
        return new MemoryPlan(
                facts.weightsBytes(),
                facts.kvBytesPerToken(bytesPerElement) * settings.contextTokens(),
                settings.microBatchTokens() * rowBytes + outputBytes + (16L << 20));
    }

    private Runner runnerFor(ContextPlan plan, Options options) throws InterruptedException {
        ContextSettings wanted = plan.settings(options, config);
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

    private boolean suits(ContextSettings wanted, boolean fixed) {
        ContextSettings present = settings;
        return present != null
                && present.contextTokens() >= wanted.contextTokens()
                && present.batchTokens() >= wanted.batchTokens()
                && threadsFixed == fixed
                && present.threads() == wanted.threads();
    }

    private Runner replace(ContextSettings wanted, boolean fixed) {
        if (runner != null) runner.close();
        runner = null;
        settings = null;
        MemoryPlan plan = memoryPlan(facts, wanted);
        new MemoryPlan(0, plan.kvBytes(), plan.computeBytes())
                .requireFits(source.name(), wanted.contextTokens(), MachineMemory.read());
        try {
            LlamaContext context = weights.newContext(wanted);
            Runner fresh = new Runner(source.name(), fixed ? context : PacedDecoder.of(context, pace));
            runner = fresh;
            settings = wanted;
            threadsFixed = fixed;
            return fresh;
        } catch (LlamaException e) {
            throw BackendException.failed("model '" + source.name() + "': " + e.getMessage(), e);
        }
    }
}
