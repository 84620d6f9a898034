package dev.chasqui.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A request as the model sees it.
///
/// @param tokens         everything before the answer
/// @param stops          texts that end the answer
/// @param grammar        GBNF the answer must follow
/// @param preserved      special tokens whose text belongs to the answer, because a parser reads it
/// @param returnsContext whether the summary carries the token ids
record Prompt(
        int[] tokens, List<String> stops, Optional<String> grammar, Set<Integer> preserved, boolean returnsContext) {

    boolean keepsSpecial(int token) {
        return preserved.contains(token);
    }
}
