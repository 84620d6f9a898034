package dev.chasqui.isolate;

/// Bytes that are no message of ours: whoever sent them is not to be spoken with any more.
public final class BadFrameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadFrameException(String what) {
        super("the other process sent " + what + "; expected a message of this version of chasqui");
    }
}
