/// Shares one model between many requests.
///
/// Start at [Scheduler]: each turn seats who is waiting, fills one batch and hands out the tokens. Nothing here
/// touches native memory; the model is a [dev.chasqui.llama.Decoder]. For the thread that turns it see
/// `dev.chasqui.engine`.
@NullMarked
package dev.chasqui.schedule;

import org.jspecify.annotations.NullMarked;
