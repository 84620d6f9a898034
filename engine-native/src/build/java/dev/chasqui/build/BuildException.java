package dev.chasqui.build;

/// The build cannot go on. The message says what to do.
final class BuildException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BuildException(String message) {
        super(message);
    }
}
