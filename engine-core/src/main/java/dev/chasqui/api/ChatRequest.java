package dev.chasqui.api;

import java.util.List;
import java.util.Optional;

/// A conversation whose last message is to be answered.
///
/// @param model      the model's name; `latest` is meant where the tag is missing
/// @param messages   oldest first; none loads the model
/// @param toolsJson  the functions on offer: a JSON array in Ollama's (and OpenAI's) shape, as text
/// @param toolChoice whether one of them must be called. A real Ollama leaves it unheeded
public record ChatRequest(
        String model, List<Message> messages, Optional<String> toolsJson, ToolChoice toolChoice, Settings settings) {

    public ChatRequest {
        messages = List.copyOf(messages);
        if (!settings.choices().isEmpty()) Settings.refuseBesideChoices(toolsJson.isPresent(), "tools");
    }

    /// The model decides whether it calls a tool.
    public ChatRequest(String model, List<Message> messages, Optional<String> toolsJson, Settings settings) {
        this(model, messages, toolsJson, ToolChoice.AUTO, settings);
    }

    public static ChatRequest of(String model, Message... messages) {
        return new ChatRequest(model, List.of(messages), Optional.empty(), Settings.DEFAULT);
    }

    public ChatRequest withSettings(Settings settings) {
        return new ChatRequest(model, messages, toolsJson, toolChoice, settings);
    }

    public ChatRequest withTools(String json) {
        return new ChatRequest(model, messages, Optional.of(json), toolChoice, settings);
    }

    public ChatRequest withToolChoice(ToolChoice choice) {
        return new ChatRequest(model, messages, toolsJson, choice, settings);
    }
}
