package dev.chasqui.llama.common;

/// A call the model wrote.
///
/// @param id            as the model wrote it; empty for most models, which write none
/// @param argumentsJson a JSON object as text; cut off while the answer is
public record ParsedToolCall(String id, String name, String argumentsJson) {}
