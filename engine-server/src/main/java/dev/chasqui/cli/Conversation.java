package dev.chasqui.cli;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What was said so far, to whom, and how the next answer is to be made.
final class Conversation {

    private String model;
    private ModelDetails details;
    private Settings settings;
    private Optional<String> system = Optional.empty();
    private final List<Message> said = new ArrayList<>();

    Conversation(String model, ModelDetails details, Settings settings) {
        this.model = model;
        this.details = details;
        this.settings = settings;
    }

    String model() {
        return model;
    }

    ModelDetails details() {
        return details;
    }

    /// Goes on with another model, from its beginning.
    void load(String model, ModelDetails details) {
        this.model = model;
        this.details = details;
        said.clear();
    }

    Settings settings() {
        return settings;
    }

    void settings(Settings settings) {
        this.settings = settings;
    }

    Optional<String> system() {
        return system;
    }

    void system(String text) {
        system = Optional.of(text);
    }

    void clear() {
        said.clear();
    }

    void add(Message message) {
        said.add(message);
    }

    /// Takes back the last message, for an answer that never came.
    void takeBack() {
        said.removeLast();
    }

    /// The model's own opening is not part of it: whoever answers puts that before everything.
    ChatRequest request() {
        List<Message> all = new ArrayList<>();
        system.map(Message::system).ifPresent(all::add);
        all.addAll(said);
        return new ChatRequest(model, all, Optional.empty(), settings);
    }

    /// Asks for nothing but the model in memory, with the context the answers will want.
    GenerateRequest loading() {
        Settings bare = Settings.DEFAULT.withOptions(settings.options());
        return GenerateRequest.of(model, "")
                .withSettings(settings.keepAlive().map(bare::withKeepAlive).orElse(bare));
    }

    /// The model with what was set and said here, as another model.
    CreateRequest as(String name) {
        List<Message> messages = new ArrayList<>();
        if (!said.isEmpty()) {
            messages.addAll(details.messages());
            messages.addAll(said);
        }
        CreateRequest request = CreateRequest.of(name)
                .withFrom(model)
                .withParameters(settings.options())
                .withMessages(messages);
        return system.map(request::withSystem).orElse(request);
    }
}
