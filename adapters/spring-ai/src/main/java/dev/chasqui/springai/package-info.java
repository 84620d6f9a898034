/// Spring AI's models over any [dev.chasqui.api.Backend]: the engine in this JVM, or an Ollama server.
///
/// Start at [ChasquiChatModel] or [ChasquiEmbeddingModel]; what can be asked for is in [ChasquiChatOptions]
/// and [ChasquiEmbeddingOptions]. Failures are [dev.chasqui.api.BackendException], which means the same on
/// every backend. The backend stays the caller's: no model here closes it.
@NullMarked
package dev.chasqui.springai;

import org.jspecify.annotations.NullMarked;
