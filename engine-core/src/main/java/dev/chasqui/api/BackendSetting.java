package dev.chasqui.api;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Who is to answer, as `CHASQUI_BACKEND` says.
public enum BackendSetting {
    /// The engine in this JVM.
    EMBEDDED,
    /// The server at `OLLAMA_HOST`.
    OLLAMA;

    private static final String VARIABLE = "CHASQUI_BACKEND";

    /// @return empty where the environment is silent
    /// @throws BackendException if the variable holds anything else
    public static Optional<BackendSetting> in(Map<String, String> environment) {
        String choice = environment.getOrDefault(VARIABLE, "").strip();
        return switch (choice.toLowerCase(Locale.ROOT)) {
            case "" -> Optional.empty();
            case "embedded" -> Optional.of(EMBEDDED);
            case "ollama" -> Optional.of(OLLAMA);
            default -> throw BackendException.invalid(VARIABLE + " is \"" + choice + "\"; expected embedded or ollama");
        };
    }
}
