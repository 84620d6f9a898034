/// Finds out how a model runs fastest on this machine, and remembers it.
///
/// Start at [Tuner]: it compares ways to run a model, measured by a [Probe], and believes only what repeats.
/// [TunedStore] keeps the result for the engine's next load. Nothing here touches a model: the engine's probe does.
@NullMarked
package dev.chasqui.tune;

import org.jspecify.annotations.NullMarked;
