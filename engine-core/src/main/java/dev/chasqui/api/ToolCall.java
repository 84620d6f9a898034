package dev.chasqui.api;

/// A function the model wants called.
///
/// @param id            names this call within the conversation; may be empty in a request
/// @param name          the function
/// @param argumentsJson its arguments, a JSON object as text; `{}` when there are none
public record ToolCall(String id, String name, String argumentsJson) {}
