/// Shares one model between many requests.
///
/// Start at [Scheduler]: each turn seats who is waiting, fills one batch and hands out the tokens. Its smaller
/// sister for vectors is [EmbeddingBatcher]. Nothing here touches native memory; the model is a
/// [dev.chasqui.llama.Decoder] or a [dev.chasqui.llama.Embedder]. For the threads that turn them see
/// `dev.chasqui.engine`.
@NullMarked
package dev.chasqui.schedule;

import org.jspecify.annotations.NullMarked;
