/// Templates in Go's syntax, as Ollama's models bring them: a conversation goes in, the prompt's text comes
/// out.
///
/// Start at [GoTemplate]. [Parser] and [Expressions] read a text into [Node]s, [Execution] and [Evaluator]
/// walk them over [Value]s, and [Printer], [Format] and [GoJson] write those as Go does. [Traits] tells from
/// the nodes what a model can do. Everything is bounded by [Limits]: a template may come from a stranger. For
/// templates in Jinja see `dev.chasqui.llama.common`.
@NullMarked
package dev.chasqui.template;

import org.jspecify.annotations.NullMarked;
