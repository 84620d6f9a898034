/// Holds answers to a JSON schema, in plain Java.
///
/// Start at [JsonSchema]: it reads the subset of JSON Schema that can be kept to while an answer is written,
/// names what is beyond it, and checks finished texts. Its [JsonGrammar] is the same set of answers twice: as
/// text for llama.cpp's grammar sampler, and as an automaton. A [JsonCursor] walks the automaton beside the
/// answer: it knows what may come next, what must, and what would finish the answer here.
///
/// Both are made from one expression ([Expr]), so they cannot differ. Schemas come from outside: every count
/// is limited ([Limits]) and nothing recurses deeper than a limit.
@NullMarked
package dev.chasqui.json;

import org.jspecify.annotations.NullMarked;
