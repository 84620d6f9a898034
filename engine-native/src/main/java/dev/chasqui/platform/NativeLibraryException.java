package dev.chasqui.platform;

/// The native libraries cannot be used. The message says which, why, and what to do.
public sealed class NativeLibraryException extends RuntimeException permits NotTriedException, WrongVersionException {

    private static final long serialVersionUID = 1L;

    public NativeLibraryException(String message) {
        super(message);
    }

    public NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
