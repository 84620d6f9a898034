/// Ollama's HTTP API over any [dev.chasqui.api.Backend]; the only room that knows JSON field names and status
/// codes.
///
/// Start at [OllamaServer]; which path goes where is in [Api]. A request is read by a class such as [GenerateBody],
/// answered through an [Exchange], and every exception becomes a status in [Failure]. Reading from and writing to
/// the network happens on event loops that never wait; everything that may wait runs on a virtual thread per
/// request.
@NullMarked
package dev.chasqui.http;

import org.jspecify.annotations.NullMarked;
