/// The engine in this JVM: loads models, plans their memory, answers, cancels, evicts, closes.
///
/// Start at [Engine]. A [LoadedModel] owns the weights and one [Runner], whose thread takes the scheduler's
/// turns.
@NullMarked
package dev.chasqui.engine;

import org.jspecify.annotations.NullMarked;
