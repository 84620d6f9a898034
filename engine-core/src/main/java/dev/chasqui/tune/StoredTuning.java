package dev.chasqui.tune;

import java.time.Instant;

/// What was once measured for a model, and is used when it is loaded.
///
/// @param knobs      what is set otherwise than by default; nothing where the defaults were fastest
/// @param model      its name then
/// @param workload   that was measured
/// @param speedup    how many times as fast that was
/// @param measuredAt when
public record StoredTuning(Knobs knobs, String model, Workload workload, double speedup, Instant measuredAt) {}
