/// Java clients of Ollama, as they are published, against our server: what their users call, and what comes back.
///
/// The server is the real one over a socket. Answers, vectors and errors come from the engine over the default
/// model, which calls no tools; a [ToolCaller] stands in for one that does.
package dev.chasqui.clients;
