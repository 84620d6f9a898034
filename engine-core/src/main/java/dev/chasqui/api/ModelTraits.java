package dev.chasqui.api;

import java.util.List;

/// What kind of model it is, as Ollama's `details` object says it.
///
/// @param parentModel       the name of the model it was made from; empty if of files
/// @param format            `gguf`
/// @param family            the architecture, for example `llama`
/// @param parameterSize     for people: `134.52M`
/// @param quantizationLevel `Q4_K_M`, `F16`, or `unknown`
public record ModelTraits(
        String parentModel,
        String format,
        String family,
        List<String> families,
        String parameterSize,
        String quantizationLevel) {

    public ModelTraits {
        families = List.copyOf(families);
    }

    public ModelTraits withParentModel(String name) {
        return new ModelTraits(name, format, family, families, parameterSize, quantizationLevel);
    }
}
