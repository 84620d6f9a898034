package dev.chasqui.platform;

/// The libraries are of a llama.cpp that these bindings were not made for; no CPU variant of them will do.
final class WrongVersionException extends NativeLibraryException {

    private static final long serialVersionUID = 1L;

    WrongVersionException(String message) {
        super(message);
    }
}
