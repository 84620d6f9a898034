package dev.chasqui.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All there is to say about a model.
///
/// @param parameters    the model's own options, one `key value` a line, as Ollama prints them; may be empty
/// @param template      the template in force; never empty
/// @param messages      the model's own opening messages
/// @param modelInfo     the GGUF file's keys and values: String, Number, Boolean, or List of them
/// @param tensors       every tensor of the file
/// @param projectorInfo as `modelInfo`, of the file that reads images for the model; empty without one
/// @param requires      the least version of Ollama its maker asks for
public record ModelDetails(
        String modelfile,
        String parameters,
        String template,
        Optional<String> system,
        List<String> licenses,
        List<Message> messages,
        ModelTraits traits,
        Map<String, Object> modelInfo,
        List<Tensor> tensors,
        List<String> capabilities,
        Instant modifiedAt,
        Map<String, Object> projectorInfo,
        Optional<String> requires) {

    /// @param type  for example `Q4_1`
    /// @param shape elements per dimension, innermost first
    public record Tensor(String name, String type, List<Long> shape) {}

    public ModelDetails {
        licenses = List.copyOf(licenses);
        messages = List.copyOf(messages);
        tensors = List.copyOf(tensors);
        capabilities = List.copyOf(capabilities);
    }
}
