package dev.chasqui.cli;

/// What a chat shows besides the answers, and how.
///
/// @param verbose      what each answer cost
/// @param hideThinking leave out the model's thoughts
/// @param wordWrap     break long lines between words
record ChatFlags(boolean verbose, boolean hideThinking, boolean wordWrap) {

    ChatFlags withVerbose(boolean verbose) {
        return new ChatFlags(verbose, hideThinking, wordWrap);
    }

    ChatFlags withWordWrap(boolean wordWrap) {
        return new ChatFlags(verbose, hideThinking, wordWrap);
    }
}
