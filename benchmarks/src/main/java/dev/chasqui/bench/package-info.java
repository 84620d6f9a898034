/// Measures the engine in this JVM beside an Ollama-compatible server and beside llama.cpp itself, and lets it
/// work for minutes to see whether anything gets lost or leaks.
///
/// Start at [Main]. [Suite] runs [Task]s by JMH, each side of each in a JVM of its own, A B A B, and says who is
/// faster: the trading system's own work, with prompts from [dev.chasqui.trading], and single calls. [Compare] runs
/// [Section]s, the project's promises: what is compared takes turns, A B B A, in one process. [Soak] is many callers
/// at once. What a call into C and C++, a turn, a shared prefix and a line of an answer cost is measured by JMH where
/// it can see in: [dev.chasqui.llama], [dev.chasqui.llama.common], [dev.chasqui.schedule] and [dev.chasqui.http].
/// Nothing depends on this module.
@NullMarked
package dev.chasqui.bench;

import org.jspecify.annotations.NullMarked;
