package dev.chasqui.keys;

import dev.chasqui.api.BackendException;
import java.util.Locale;

/// What the holder of a key may do.
public enum Role {
    /// Ask models, and see which there are.
    INFER,
    /// That, and change which there are: create, copy, delete, upload, pull, push.
    ADMIN;

    public boolean may(Role needed) {
        return compareTo(needed) >= 0;
    }

    /// @throws BackendException if there is no such role
    public static Role parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "infer" -> INFER;
            case "admin" -> ADMIN;
            default -> throw BackendException.invalid("the role is \"" + text + "\"; expected infer or admin");
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
