package dev.chasqui.tune;

import dev.chasqui.llama.LlamaException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A model whose times a test says; no clock runs.
final class ScriptedProbe implements Probe {

    final List<Knobs> opened = new ArrayList<>();
    int open;
    int samples;
    boolean othersBusy;
    Shape shape = Workload.MIXED.shape(1024, Effort.FULL);
    /// Milliseconds of prompts and of answers.
    Function<Knobs, double[]> times = knobs -> new double[] {1000, 500};

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public long memoryBytes(Knobs knobs) {
        return knobs.count(Knob.BATCH).orElseThrow();
    }

    @Override
    public boolean othersWereBusy() {
        return othersBusy;
    }

    @Override
    public Bench open(Knobs knobs) {
        double[] first = times.apply(knobs);
        if (first.length == 0) throw new LlamaException("no memory for " + knobs);
        opened.add(knobs);
        open++;
        return new Bench() {
            @Override
            public Shape.Sample run() {
                samples++;
                double[] now = times.apply(knobs);
                return new Shape.Sample((long) (now[0] * 1e6), (long) (now[1] * 1e6));
            }

            @Override
            public void close() {
                open--;
            }
        };
    }
}
