package dev.chasqui.engine;

import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.tune.Knobs;
import dev.chasqui.tune.Probe;
import dev.chasqui.tune.Shape;
import java.util.SortedSet;
import java.util.function.Function;

/// Runs a loaded model in contexts as the engine makes them, but no longer than a sample needs.
final class ContextProbe implements Probe {

    /// llama.cpp rounds a cache up to so many tokens.
    private static final int CELLS = 256;

    private final LlamaModel weights;
    private final GgufFile facts;
    private final SortedSet<Integer> cpus;
    private final Function<Knobs, ContextSettings> settings;
    private final Shape shape;
    private final Others others;

    /// @param settings what the engine would make a context with
    ContextProbe(
            LlamaModel weights,
            GgufFile facts,
            SortedSet<Integer> cpus,
            Function<Knobs, ContextSettings> settings,
            Shape shape,
            Others others) {
        this.weights = weights;
        this.facts = facts;
        this.cpus = cpus;
        this.settings = settings;
        this.shape = shape;
        this.others = others;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public long memoryBytes(Knobs knobs) {
        return bytes(settings.apply(knobs));
    }

    @Override
    public boolean othersWereBusy() {
        return others.wereBusy();
    }

    @Override
    public Bench open(Knobs knobs) {
        int cells = (shape.contextTokens() + CELLS) / CELLS * CELLS; // one more for warming up
        ContextSettings wanted = settings.apply(knobs).withContextTokens(cells);
        long available = MachineMemory.read().availableBytes() - MemoryPlan.RESERVE_BYTES;
        if (bytes(wanted) > available) {
            throw new LlamaException(
                    "needs " + (bytes(wanted) >> 20) + " MiB more; " + (available >> 20) + " are left");
        }
        ContextBench bench = ContextBench.open(weights.newContext(wanted, cpus), shape);
        return new Bench() {
            @Override
            public Shape.Sample run() {
                Shape.Sample sample = bench.run();
                others.look();
                return sample;
            }

            @Override
            public void close() {
                bench.close();
            }
        };
    }

    private long bytes(ContextSettings context) {
        return MemoryEstimate.kvBytes(facts, context) + MemoryEstimate.computeBytes(facts, context);
    }
}
