package dev.chasqui.llama.common;

/// What a chat template can show, found by rendering it with and without each thing.
///
/// @param tools             it describes tools to the model
/// @param toolCalls         it shows calls that were made
/// @param parallelToolCalls it shows several calls of one message
/// @param systemRole        it has a place for a system message; otherwise that is merged into the next one
/// @param thinking          it has a place for thinking
/// @param reasoningEffort   it knows levels of thinking
/// @param typedContent      it reads content as a list of parts
public record TemplateCapabilities(
        boolean tools,
        boolean toolCalls,
        boolean parallelToolCalls,
        boolean systemRole,
        boolean thinking,
        boolean reasoningEffort,
        boolean typedContent) {}
