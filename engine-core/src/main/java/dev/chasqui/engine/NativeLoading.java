package dev.chasqui.engine;

import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.EmbedderSettings;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;

/// Loads with llama.cpp, as the planner says.
final class NativeLoading implements Loading {

    /// llama.cpp's step.
    private static final int STEP_TOKENS = 256;

    private static final int MOST_TOKENS = 1 << 24;

    private final EngineConfig config;
    private final Planner planner;

    NativeLoading(EngineConfig config) {
        this(config, Hardware.ofThisMachine());
    }

    NativeLoading(EngineConfig config, Hardware hardware) {
        this.config = config;
        this.planner = new Planner(config, hardware);
    }

    @Override
    public Prepared prepare(ModelSource source, Options options) {
        GgufFile facts = source.facts().get();
        Placement placement = planner.place(facts, context(facts, options), options);
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
                return LoadedModel.load(source, facts, config, placement, progress);
            }
        };
    }

    @Override
    public LoadPlan plan(ModelSource source, Options options, MachineMemory machine) {
        GgufFile facts = source.facts().get();
        ContextSettings context = context(facts, options);
        Placement placement = planner.place(facts, context, options);
        int requests = facts.poolsEmbeddings() ? 1 : config.parallel().orElse(1);
        IntPredicate fits = tokens -> {
            ContextSettings larger = facts.poolsEmbeddings()
                    ? vectors(facts, options).contextFor(tokens)
                    : context.withContextTokens(tokens * requests);
            MemoryPlan plan = placement.memory().withContext(facts, larger);
            return plan.fits(machine) && plan.devicesFit();
        };
        return new LoadPlan(
                source.name(),
                context.contextTokens() / requests,
                placement.memory(),
                machine,
                placement.layers(),
                placement.gpuLayers(),
                trainedTokens(facts),
                largest(Math.min(trainedTokens(facts), MOST_TOKENS / requests), fits),
                placement.notes());
    }

    private ContextSettings context(GgufFile facts, Options options) {
        if (facts.poolsEmbeddings()) return vectors(facts, options).contextFor(1);
        return ContextPlan.of(options, config.contextTokens(), trainedTokens(facts))
                .settings(options, config, facts.vocabSize().orElse(150_000));
    }

    private EmbedderSettings vectors(GgufFile facts, Options options) {
        return EmbeddingPlan.of(facts, options, config, false).settings();
    }

    private static int trainedTokens(GgufFile facts) {
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
