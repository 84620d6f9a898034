package dev.chasqui.platform;

/// A CPU variant could not be tried, through no fault of its own. It may go better the next time.
final class NotTriedException extends NativeLibraryException {

    private static final long serialVersionUID = 1L;

    NotTriedException(String message) {
        super(message);
    }

    NotTriedException(String message, Throwable cause) {
        super(message, cause);
    }
}
