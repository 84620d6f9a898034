package dev.chasqui.gguf;

/// A file that is not GGUF, is cut off, or breaks the format's rules. The message names the file, the key or
/// tensor, the value and the limit.
public final class GgufException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    GgufException(String message) {
        super(message);
    }

    GgufException(String message, Throwable cause) {
        super(message, cause);
    }
}
