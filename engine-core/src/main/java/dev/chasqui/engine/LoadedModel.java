package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.NativeFaults;
import dev.chasqui.schedule.SchedulerStatistics;
import dev.chasqui.tune.Knobs;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoublePredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Weights in memory with what computes over them: a lane for requests that share one context, which
/// grows while it runs, one for exact requests, which have a context of their own each, and one for texts
/// that become vectors. Owns them all.
final class LoadedModel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

    private final ModelSource source;
    private final EngineConfig config;
    private final Knobs tuned;
    private final GgufFile facts;
    private final LlamaModel weights;
    private final Headroom memory;
    private final Prompts prompts;
    /// They outlive the contexts: what they learnt of the cores holds for the next one too.
    private final Pace sharedPace;

    private final Pace exactPace;
    private final Lane shared;
    private final Lane exact;
    private final VectorLane vectors;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LoadedModel(
            ModelSource source,
            EngineConfig config,
            Knobs tuned,
            GgufFile facts,
            LlamaModel weights,
            Headroom memory,
            Prompts prompts) {
        this.source = source;
        this.config = config;
        this.tuned = tuned;
        this.facts = facts;
        this.weights = weights;
        this.memory = memory;
        this.prompts = prompts;
        this.sharedPace = pace();
        this.exactPace = pace();
        this.shared = new Lane(this::sharedRunner, RunnerSettings::covers);
        this.exact = new Lane(this::exactRunner, RunnerSettings::chunksLike);
        this.vectors = new VectorLane(source.name(), facts, weights, config, memory, pace());
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
            Supplier<MachineMemory> machine,
            DoublePredicate progress) {
        LlamaModel weights;
        try {
            weights = LlamaModel.open(
                    source.weights(), where.how().withAdapter(source.adapter()).withProgress(progress));
        } catch (LlamaException e) {
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
        try {
            Headroom memory = new Headroom(source.name(), facts, where.memory(), machine);
            return new LoadedModel(source, config, tuned, facts, weights, memory, Prompts.of(source, weights, facts));
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
        return ContextPlan.of(options, config.contextTokens(), Math.max(1, weights.trainedContextTokens()))
                .startingAt(config.firstTokens());
    }

    /// Who computes requests with these options.
    Lane lane(Options options) {
        return isExact(options) ? exact : shared;
    }

    /// What the lane's runner must be made with for such a request.
    RunnerSettings settings(ContextPlan plan, Options options) {
        ThreadPlan threads = ThreadPlan.of(options, config.cores(), tuned);
        ContextSettings context = isExact(options)
                ? plan.exactSettings(options, config, threads)
                : plan.settings(options, config, tuned, facts.vocabSize().orElse(150_000));
        return new RunnerSettings(context, threads);
    }

    /// What of the plan there is memory for now. An exact request's plan must not depend on such a thing:
    /// it is refused when its turn comes, if it has to be.
    ContextPlan withinMemory(ContextPlan plan, int wanted, Options options) {
        if (isExact(options) || wanted <= contextTokens()) return plan;
        ContextSettings context = settings(plan, options).context();
        int most = memory.largest(plan.mostTokens(), config.parallel().orElse(1), context, present());
        if (most == 0) return plan; // there is no memory at all: making the context says so
        if (most < wanted) {
            LOG.warn(
                    "model {}: a request wants a context of {} tokens; there is memory for {}",
                    source.name(),
                    wanted,
                    most);
        }
        return plan.within(most);
    }

    /// What the scheduler did and holds; empty before the first request.
    Optional<SchedulerStatistics> statistics() {
        return Optional.ofNullable(shared.runner()).map(Runner::statistics);
    }

    /// Lets what was pinned by this name go when room is needed.
    void release(String pin) {
        Runner runner = shared.runner();
        if (runner != null && NativeFaults.dead().isEmpty()) runner.release(pin);
    }

    /// Who makes vectors of texts.
    VectorLane vectors() {
        return vectors;
    }

    /// Tokens the shared context holds per request, or a text has where there are only vectors; `0` before the
    /// first request.
    int contextTokens() {
        Runner runner = shared.runner();
        return runner == null
                ? vectors.textTokens()
                : runner.contextTokens() / config.parallel().orElse(1);
    }

    /// Whether the context that the model was planned with takes its memory by now.
    boolean hasItsContext() {
        return facts.poolsEmbeddings() ? vectors.context().isPresent() : shared.runner() != null;
    }

    /// Bytes of weights, KV caches and buffers.
    long sizeBytes() {
        ContextSettings present = present();
        long answers = present == null
                ? facts.weightsBytes()
                : memory.with(present).totalBytes() + memory.with(present).deviceBytes();
        ContextSettings alone = size(exact);
        return answers
                + (alone == null ? 0 : memory.with(alone).contextBytes())
                + forVectors()
                        .map(context -> context.contextBytes() + context.contextDeviceBytes())
                        .orElse(0L);
    }

    /// Of them, those on GPUs.
    long deviceBytes() {
        ContextSettings present = present();
        long answers = present == null ? 0 : memory.with(present).deviceBytes();
        return answers + forVectors().map(MemoryPlan::contextDeviceBytes).orElse(0L);
    }

    private Optional<MemoryPlan> forVectors() {
        return vectors.context().map(memory::with);
    }

    /// Ends what runs with an error and frees everything. Never on the decode thread, which this waits for. Where
    /// native code is dead, all of it stays where it is: its weights, caches and threads.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        shared.close();
        exact.close();
        vectors.close();
        prompts.close();
        weights.close();
    }

    static boolean isExact(Options options) {
        return options.flag(Option.EXACT).orElse(false);
    }

    private @Nullable ContextSettings present() {
        return size(shared);
    }

    /// What a lane's context was made with, and how large it is by now.
    private static @Nullable ContextSettings size(Lane lane) {
        Runner runner = lane.runner();
        int tokens = runner == null ? 0 : runner.contextTokens();
        return runner == null || tokens == 0
                ? null
                : runner.settings().context().withContextTokens(tokens);
    }

    private Runner sharedRunner(RunnerSettings wanted) {
        memory.require(wanted.context());
        LlamaContext context = context(wanted.context());
        sharedPace.follow(wanted.threads());
        return new Runner(
                source.name(),
                "",
                wanted,
                PacedDecoder.of(context, sharedPace, needed -> memory.growth(needed, context.settings())),
                config.scheduling(wanted.context()).withCold(memory.cold(wanted.context())));
    }

    private Runner exactRunner(RunnerSettings wanted) {
        exactPace.follow(wanted.threads());
        ExactDecoder decoder = new ExactDecoder(
                wanted.context(),
                weights.vocabulary().size(),
                memory::require,
                settings -> PacedDecoder.of(context(settings), exactPace, needed -> 0));
        return new Runner(
                source.name(),
                "-exact",
                wanted,
                decoder,
                config.scheduling(wanted.context()).withSharing(false));
    }

    private LlamaContext context(ContextSettings settings) {
        try {
            return weights.newContext(settings, config.cpus());
        } catch (LlamaException e) {
            throw BackendException.failed("model '" + source.name() + "': " + e.getMessage(), e);
        }
    }

    private Pace pace() {
        return new Pace(
                config.cores(),
                ThreadPlan.of(Options.NONE, config.cores(), tuned),
                new ProcCores(Path.of("/proc"), config.cores(), System.nanoTime()),
                (kind, before, after) -> ThreadsChanged.commit(source.name(), kind, before, after));
    }
}
