package dev.chasqui.cli;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What was said so far, and how the next answer is to be made.
final class Conversation {

    private final String model;
    private final List<Message> opening;
    private final List<Message> said = new ArrayList<>();
    private Optional<String> system = Optional.empty();
    private Settings settings;

    /// @param opening the model's own first messages
    Conversation(String model, Settings settings, List<Message> opening) {
        this.model = model;
        this.settings = settings;
        this.opening = List.copyOf(opening);
    }

    String model() {
        return model;
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

    ChatRequest request() {
        List<Message> all = new ArrayList<>();
        system.map(Message::system).ifPresent(all::add);
        all.addAll(opening);
        all.addAll(said);
        return new ChatRequest(model, all, Optional.empty(), settings);
    }
}
