/// The engine in this JVM: loads models, plans their memory, answers, cancels, evicts, closes.
///
/// Start at [Engine]. A [LoadedModel] owns the weights and two [Lane]s, one for all requests that share a
/// context and one for exact requests; a lane's [Runner] has the thread that takes the scheduler's turns.
@NullMarked
package dev.chasqui.engine;

import org.jspecify.annotations.NullMarked;
