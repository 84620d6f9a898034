package dev.chasqui.engine;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A request as a template wrote it, and the way to read what the model answers.
///
/// @param text      what the model reads
/// @param stops     texts that end the answer, besides those somebody asked for
/// @param grammar   of an answer that has to call a tool, llama.cpp's
/// @param call      the tool call the answer has to be, ours; excludes the other
/// @param preamble  what may come before an answer that has a format
/// @param preserved special tokens, spelled out, whose text belongs to the answer because it is read there
/// @param reader    reads one answer; what it makes is to be closed
record Written(
        String text,
        List<String> stops,
        Optional<AnswerGrammar> grammar,
        Optional<RequiredCall> call,
        Preamble preamble,
        List<String> preserved,
        Supplier<OutputSplitter> reader) {

    /// Nothing but text goes in and comes out.
    static Written plain(String text) {
        return new Written(
                text, List.of(), Optional.empty(), Optional.empty(), Preamble.NONE, List.of(), OutputSplitter::plain);
    }
}
