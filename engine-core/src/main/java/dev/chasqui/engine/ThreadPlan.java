package dev.chasqui.engine;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.platform.CpuCores;

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

    /// What options set is fixed, and cut to the CPUs there are. Where they are silent each core gets one thread:
    /// a core's hyper-threads share the units that multiply matrices, and ggml's threads wait for the slowest.
    static ThreadPlan of(Options options, CpuCores cores) {
        Share usual = new Share(cores.physical(), false);
        Share both = share(options, Option.NUM_THREAD, cores, usual);
        return new ThreadPlan(both, share(options, Option.NUM_THREAD_BATCH, cores, both));
    }

    Share of(Kind kind) {
        return kind == Kind.DECODE ? decode : prefill;
    }

    private static Share share(Options options, Option option, CpuCores cores, Share otherwise) {
        int asked = options.count(option).orElse(0);
        return asked > 0 ? new Share(Math.min(asked, cores.logical()), true) : otherwise;
    }
}
