/// The nouns everybody shares, and [dev.chasqui.api.Backend], the one interface behind which the embedded engine
/// and any Ollama server answer alike.
///
/// Start at [Backend]: a [GenerateRequest] or [ChatRequest] goes in, a [Generation] comes out; an [EmbedRequest]
/// gives [Embeddings]. Nothing here imports another room; JSON travels as text.
@NullMarked
package dev.chasqui.api;

import org.jspecify.annotations.NullMarked;
