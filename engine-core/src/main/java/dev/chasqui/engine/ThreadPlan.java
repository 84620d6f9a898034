package dev.chasqui.engine;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import java.util.Optional;

/// How many threads a context computes with when all its cores are free.
///
/// @param decode  for one more token of each answer
/// @param prefill for prompts, and for batches with a part of one
record ThreadPlan(Share decode, Share prefill) {

    /// @param most  threads, `>= 1`
    /// @param fixed whether somebody set that number: then no load lowers it
    record Share(int most, boolean fixed) {}

    /// What a step is for.
    enum Kind {
        DECODE,
        PREFILL
    }

    /// What options set is fixed, what was tuned is how many there are when all cores are free, and neither is more
    /// than there are CPUs. Where both are silent each core gets one thread: a core's hyper-threads share the units
    /// that multiply matrices, and ggml's threads wait for the slowest.
    static ThreadPlan of(Options options, CpuCores cores, Knobs tuned) {
        Share decode = share(options, Option.NUM_THREAD, cores).orElse(usual(tuned, Knob.DECODE_THREADS, cores));
        Share prefill = share(options, Option.NUM_THREAD_BATCH, cores)
                .or(() -> share(options, Option.NUM_THREAD, cores))
                .orElse(usual(tuned, Knob.PREFILL_THREADS, cores));
        return new ThreadPlan(decode, prefill);
    }

    Share of(Kind kind) {
        return kind == Kind.DECODE ? decode : prefill;
    }

    private static Optional<Share> share(Options options, Option option, CpuCores cores) {
        int asked = options.count(option).orElse(0);
        return asked > 0 ? Optional.of(new Share(Math.min(asked, cores.logical()), true)) : Optional.empty();
    }

    private static Share usual(Knobs tuned, Knob knob, CpuCores cores) {
        return new Share(Math.min(tuned.count(knob).orElse(cores.physical()), cores.logical()), false);
    }
}
