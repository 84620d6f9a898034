package dev.chasqui.llama.common;

import java.util.ArrayList;
import java.util.List;

/// A chat as the model wants to read it, and how its answer is to be constrained and read.
///
/// @param prompt           the text to tokenise. It holds what the template wrote, which may be the vocabulary's
///                         own begin-of-text: do not let the tokeniser add another
/// @param format           `common`'s name for the way the answer is written
/// @param grammar          GBNF the answer must fit; empty is none
/// @param grammarLazy      the grammar holds only from a trigger on
/// @param triggers         what switches a lazy grammar on
/// @param generationPrompt the end of the prompt that already belongs to the answer; the parser knows it
/// @param supportsThinking whether the template has a place for thinking
/// @param thinkingStartTag for example `<think>`; may be empty
/// @param stops            texts that end the answer, besides the vocabulary's own tokens
/// @param preservedTokens  texts that have to be tokenised as the special tokens they are, and shown in the
///                         output
/// @param parserState      for [OutputParser]
public record RenderedPrompt(
        String prompt,
        String format,
        String grammar,
        boolean grammarLazy,
        List<GrammarTrigger> triggers,
        String generationPrompt,
        boolean supportsThinking,
        String thinkingStartTag,
        List<String> thinkingEndTags,
        List<String> stops,
        List<String> preservedTokens,
        ParserState parserState) {

    public RenderedPrompt {
        triggers = List.copyOf(triggers);
        thinkingEndTags = List.copyOf(thinkingEndTags);
        stops = List.copyOf(stops);
        preservedTokens = List.copyOf(preservedTokens);
    }

    static RenderedPrompt from(Fields fields) {
        String prompt = fields.next();
        String format = fields.next();
        String grammar = Gbnf.require(fields.next());
        boolean lazy = fields.flag();
        String generationPrompt = fields.next();
        boolean supportsThinking = fields.flag();
        String thinkingStart = fields.next();
        List<String> thinkingEnds = fields.list();
        List<String> stops = fields.list();
        List<String> preserved = fields.list();
        List<GrammarTrigger> triggers = new ArrayList<>();
        for (long left = fields.number(); left > 0; left--) {
            GrammarTrigger.Kind kind = GrammarTrigger.Kind.values()[(int) fields.number()];
            triggers.add(new GrammarTrigger(kind, fields.next(), (int) fields.number()));
        }
        return new RenderedPrompt(
                prompt,
                format,
                grammar,
                lazy,
                triggers,
                generationPrompt,
                supportsThinking,
                thinkingStart,
                thinkingEnds,
                stops,
                preserved,
                new ParserState(fields.nextBytes()));
    }
}
