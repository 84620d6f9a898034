/// Measures the engine in this JVM beside an Ollama-compatible server and beside llama.cpp itself.
///
/// Start at [Main]. [Compare] runs what is compared in turns, A B B A, in one process, and gives medians and
/// ratios; [BackendBenchmark] and [BareLoopBenchmark] are the same workloads under JMH, for numbers on one side
/// alone. The workloads are in [Workload]. Nothing depends on this module.
@NullMarked
package dev.chasqui.bench;

import org.jspecify.annotations.NullMarked;
