package dev.chasqui.llama;

/// llama.cpp could not go on: an assertion of its own failed, a C++ exception met nobody, or it made no progress.
/// Without [NativeFaults] the process would have ended, or waited for ever.
public final class NativeFaultException extends LlamaException {

    private static final long serialVersionUID = 1L;

    NativeFaultException(String message) {
        super(message);
    }
}
