package dev.chasqui.api;

import java.util.Locale;

/// Whether, and how hard, a model thinks before it answers.
public enum Think {
    /// The model's own default.
    DEFAULT,
    OFF,
    ON,
    LOW,
    MEDIUM,
    HIGH,
    MAX;

    /// The level's word on the wire: `low`, `medium`, `high`, `max`; `true` and `false` for on and off.
    public String wire() {
        return switch (this) {
            case DEFAULT -> "";
            case OFF -> "false";
            case ON -> "true";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }
}
