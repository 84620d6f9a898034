package dev.chasqui.llama;

/// llama.cpp refused or failed. The message says what, and where it is known, what to do.
public class LlamaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LlamaException(String message) {
        super(message);
    }

    public LlamaException(String message, Throwable cause) {
        super(message, cause);
    }
}
