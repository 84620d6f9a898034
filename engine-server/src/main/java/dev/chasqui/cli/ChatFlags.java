package dev.chasqui.cli;

/// What a chat shows besides the answers.
///
/// @param verbose      what each answer cost
/// @param hideThinking leave out the model's thoughts
record ChatFlags(boolean verbose, boolean hideThinking) {

    ChatFlags withVerbose(boolean verbose) {
        return new ChatFlags(verbose, hideThinking);
    }
}
