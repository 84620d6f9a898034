/// Measures the engine in this JVM beside an Ollama-compatible server and beside llama.cpp itself, and lets it
/// work for minutes to see whether anything gets lost or leaks.
///
/// Start at [Main]. [Compare] runs [Section]s: what is compared takes turns, A B B A, in one process, and gives
/// medians and ratios; [Soak] is many callers at once. [BackendBenchmark] and [BareLoopBenchmark] are workloads under
/// JMH, for numbers on one side alone; what a turn and a shared prefix cost is measured by JMH in
/// [dev.chasqui.schedule], where it can see in. Nothing depends on this module.
@NullMarked
package dev.chasqui.bench;

import org.jspecify.annotations.NullMarked;
