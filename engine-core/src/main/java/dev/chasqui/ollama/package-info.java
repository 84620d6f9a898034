/// The other backend: any Ollama-compatible server, over the JDK's HTTP client.
///
/// Start at [OllamaBackend]. A request becomes JSON in [RequestJson], travels by [Http], comes back line by line
/// through [LineBody], and [ReplyJson] turns the lines into the shared nouns of [dev.chasqui.api].
@NullMarked
package dev.chasqui.ollama;

import org.jspecify.annotations.NullMarked;
