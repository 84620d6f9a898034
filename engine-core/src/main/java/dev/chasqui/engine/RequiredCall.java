package dev.chasqui.engine;

import dev.chasqui.json.JsonGrammar;

/// The tool call an answer must be, where a template in Go's syntax shows how calls are written.
///
/// @param before what stands before the call's JSON: `<tool_call>`; may be empty
/// @param call   the JSON: name and arguments
/// @param after  what has to follow it; may be empty
record RequiredCall(String before, JsonGrammar call, String after) {}
