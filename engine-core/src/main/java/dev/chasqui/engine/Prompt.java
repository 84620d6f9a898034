package dev.chasqui.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// A request as the model sees it.
///
/// @param tokens          everything before the answer
/// @param stops           texts that end the answer
/// @param grammar         what the answer must be, whatever its format
/// @param call            the tool call the answer must be
/// @param preamble        what may come before an answer that has a format
/// @param preserved       special tokens whose text belongs to the answer, because a parser reads it
/// @param returnsContext  whether the summary carries the token ids
/// @param droppedTokens   that were left out of its middle, since it was too long
/// @param droppedMessages that were left out of the conversation, since it was too long
record Prompt(
        int[] tokens,
        List<String> stops,
        Optional<AnswerGrammar> grammar,
        Optional<RequiredCall> call,
        Preamble preamble,
        Set<Integer> preserved,
        boolean returnsContext,
        int droppedTokens,
        int droppedMessages) {

    /// A whole one.
    Prompt(
            int[] tokens,
            List<String> stops,
            Optional<AnswerGrammar> grammar,
            Set<Integer> preserved,
            boolean returnsContext) {
        this(tokens, stops, grammar, Optional.empty(), Preamble.NONE, preserved, returnsContext, 0, 0);
    }

    /// What is left of it.
    Prompt shortened(int[] left) {
        return new Prompt(
                left,
                stops,
                grammar,
                call,
                preamble,
                preserved,
                returnsContext,
                tokens.length - left.length,
                droppedMessages);
    }

    Prompt after(Preamble preamble) {
        return new Prompt(
                tokens, stops, grammar, call, preamble, preserved, returnsContext, droppedTokens, droppedMessages);
    }

    Prompt calling(Optional<RequiredCall> call) {
        return new Prompt(
                tokens, stops, grammar, call, preamble, preserved, returnsContext, droppedTokens, droppedMessages);
    }

    Prompt ofConversationWithout(int messages) {
        return new Prompt(tokens, stops, grammar, call, preamble, preserved, returnsContext, droppedTokens, messages);
    }

    /// Its tokens, and these behind them.
    int[] followedBy(List<Integer> more) {
        return IntStream.concat(IntStream.of(tokens), more.stream().mapToInt(Integer::intValue))
                .toArray();
    }

    /// What a later request goes on from; nothing where the summary carries no token ids.
    List<Integer> contextWith(List<Integer> answer) {
        return returnsContext ? IntStream.of(followedBy(answer)).boxed().toList() : List.of();
    }

    boolean keepsSpecial(int token) {
        return preserved.contains(token);
    }
}
