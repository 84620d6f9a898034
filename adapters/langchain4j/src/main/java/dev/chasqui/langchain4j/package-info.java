/// LangChain4j's models over any [dev.chasqui.api.Backend]: the engine in this JVM, or an Ollama server.
///
/// Start at [ChasquiChatModel], [ChasquiStreamingChatModel] or [ChasquiEmbeddingModel]; what Chasqui has and
/// LangChain4j has no word for is in [ChasquiChatRequestParameters] on the way in and
/// [ChasquiChatResponseMetadata] on the way out. The backend stays the caller's: no model here closes it.
@NullMarked
package dev.chasqui.langchain4j;

import org.jspecify.annotations.NullMarked;
