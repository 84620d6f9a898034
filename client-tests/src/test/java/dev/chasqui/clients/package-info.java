/// Java clients of Ollama, as they are published, against our server: what their users call, and what comes back.
///
/// The server is the real one over a socket. Answers, vectors and errors come from the engine over the default
/// model, which calls no tools. That tools reach a prompt is shown by a tiny model with a template for them; that calls
/// and results go to and fro by a [ToolCaller], which stands in for a model that makes them.
package dev.chasqui.clients;
