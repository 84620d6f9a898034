package dev.chasqui.template;

import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// What a template makes a prompt of. Start with [#of] and add.
///
/// @param messages  oldest first. An image shows in the content as `[img-0]`, which the caller puts there
/// @param toolsJson the functions on offer: a JSON array in Ollama's (and OpenAI's) shape, as text
/// @param today     the date of the template's clock; empty is the real one. Pin it to keep a prompt's date,
///                  and with it the prefix that requests share
public record Conversation(List<Message> messages, Optional<String> toolsJson, Think think, Optional<LocalDate> today) {

    public Conversation {
        messages = List.copyOf(messages);
    }

    /// No tools, the model's own way to think, the real date.
    public static Conversation of(List<Message> messages) {
        return new Conversation(messages, Optional.empty(), Think.DEFAULT, Optional.empty());
    }

    public Conversation withTools(String json) {
        return new Conversation(messages, Optional.of(json), think, today);
    }

    public Conversation withThink(Think think) {
        return new Conversation(messages, toolsJson, think, today);
    }

    public Conversation withToday(LocalDate date) {
        return new Conversation(messages, toolsJson, think, Optional.of(date));
    }
}
