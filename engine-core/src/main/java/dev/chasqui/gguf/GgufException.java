package dev.chasqui.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A file that is not GGUF, is cut off, breaks the format's rules, or would end the process that runs it. The
/// message names the file, the key or tensor, the value and the limit, and ends with the rule.
public final class GgufException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String rule;

    GgufException(String message) {
        super(message);
        this.rule = null;
    }

    GgufException(String message, Throwable cause) {
        super(message, cause);
        this.rule = null;
    }

    /// @param rule its number in `docs/gguf-gate.md`, for example `V11`
    GgufException(String rule, String message) {
        super(message + " (rule " + rule + ")");
        this.rule = rule;
    }

    GgufException(String rule, String message, Throwable cause) {
        super(message + " (rule " + rule + ")", cause);
        this.rule = rule;
    }

    /// A file that cannot be read at all.
    public static GgufException unreadable(Path file, IOException cause) {
        return new GgufException(file + " cannot be read: " + cause.getMessage(), cause);
    }

    /// The rule that is broken; empty where a file cannot be read at all, or contradicts itself in a way that
    /// harms nobody.
    public Optional<String> rule() {
        return Optional.ofNullable(rule);
    }
}
