package dev.chasqui.engine;

import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.tune.Knobs;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads with llama.cpp, as the planner says.
final class NativeLoading implements Loading {

    private static final Logger LOG = LoggerFactory.getLogger(NativeLoading.class);

    /// llama.cpp's step.
    private static final int STEP_TOKENS = 256;

    private static final int MOST_TOKENS = 1 << 24;

    private final EngineConfig config;
    private final Planner planner;
    private final Hardware hardware;
    private final Supplier<MachineMemory> machine;
    private final Probing probing;

    NativeLoading(EngineConfig config) {
        this(config, Hardware.ofThisMachine());
    }

    NativeLoading(EngineConfig config, Hardware hardware) {
        this(config, hardware, MachineMemory::read);
    }

    /// @param machine what there is for contexts, whenever one is made or grows
    NativeLoading(EngineConfig config, Hardware hardware, Supplier<MachineMemory> machine) {
        this.config = config;
        this.planner = new Planner(config, hardware);
        this.hardware = hardware;
        this.machine = machine;
        this.probing = Probing.of(config);
    }

    @Override
    public Prepared prepare(ModelSource source, Options options) {
        GgufFile facts = source.facts().get();
        requireProbedForGpus(source);
        Knobs tuned = Tuning.of(source, config);
        Placement placement = planner.place(facts, context(facts, options, tuned), options);
        return new Prepared() {
            @Override
            public MemoryPlan plan() {
                return placement.memory();
            }

            @Override
            public boolean squeezed() {
                return placement.squeezed();
            }

            @Override
            public LoadedModel load(DoublePredicate progress) {
                placement.memory().requireDevicesFit(source.name());
                probing.require(source, () -> progress.test(0));
                if (!tuned.isEmpty()) LOG.info("{} runs as it was tuned: {}", source.name(), tuned);
                return LoadedModel.load(source, facts, config, tuned, placement, machine, progress);
            }
        };
    }

    @Override
    public LoadPlan plan(ModelSource source, Options options, MachineMemory machine) {
        GgufFile facts = source.facts().get();
        requireProbedForGpus(source);
        Knobs tuned = Tuning.of(source, config);
        int contextTokens = facts.poolsEmbeddings()
                ? vectors(facts, options).textTokens()
                : ContextPlan.of(options, config.contextTokens(), trainedTokens(facts))
                        .contextTokens();
        Placement placement = planner.place(facts, context(facts, options, tuned, contextTokens), options);
        int requests = config.parallel().orElse(1);
        IntPredicate fits = tokens -> {
            MemoryPlan plan = placement.memory().withContext(facts, context(facts, options, tuned, tokens));
            return plan.fits(machine) && plan.devicesFit();
        };
        return new LoadPlan(
                source.name(),
                contextTokens,
                placement.memory(),
                machine,
                placement.layers(),
                placement.gpuLayers(),
                trainedTokens(facts),
                largest(Math.min(trainedTokens(facts), MOST_TOKENS / requests), fits),
                placement.notes());
    }

    /// To fit a model onto GPUs llama.cpp reads its head in this process, before it is loaded.
    private void requireProbedForGpus(ModelSource source) {
        if (!hardware.gpus().isEmpty()) probing.require(source, () -> true);
    }

    /// What a model is loaded with; one for vectors makes its context larger when longer texts come.
    private ContextSettings context(GgufFile facts, Options options, Knobs tuned) {
        if (facts.poolsEmbeddings()) return context(facts, options, tuned, 1);
        return ContextPlan.of(options, config.contextTokens(), trainedTokens(facts))
                .settings(options, config, tuned, facts.vocabSize().orElse(150_000));
    }

    /// For requests, or texts, of so many tokens.
    private ContextSettings context(GgufFile facts, Options options, Knobs tuned, int tokens) {
        if (facts.poolsEmbeddings()) return vectors(facts, options).settings().contextFor(tokens);
        return context(facts, options, tuned)
                .withContextTokens(tokens * config.parallel().orElse(1));
    }

    private EmbeddingPlan vectors(GgufFile facts, Options options) {
        return EmbeddingPlan.of(facts, options, config, false);
    }

    static int trainedTokens(GgufFile facts) {
        return facts.contextLength().orElse(ContextPlan.DEFAULT_TOKENS);
    }

    /// The largest number of steps that fits, or `most` itself; what fits gets no worse with fewer tokens.
    static int largest(int most, IntPredicate fits) {
        if (fits.test(most)) return most;
        int fitting = 0;
        int tooMany = (most + STEP_TOKENS - 1) / STEP_TOKENS;
        while (tooMany - fitting > 1) {
            int middle = (fitting + tooMany) >>> 1;
            if (fits.test(middle * STEP_TOKENS)) fitting = middle;
            else tooMany = middle;
        }
        return fitting * STEP_TOKENS;
    }
}
