package dev.chasqui.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where the lines typed into chats are remembered.
final class ChatHistory {

    private ChatHistory() {}

    /// @return the file, in a folder that exists; empty if `OLLAMA_NOHISTORY` is set or there is no place for it
    static Optional<Path> file(Map<String, String> environment) {
        if (!environment.getOrDefault("OLLAMA_NOHISTORY", "").isBlank()) return Optional.empty();
        Path folder = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".chasqui");
        try {
            return Optional.of(Files.createDirectories(folder).resolve("history"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
