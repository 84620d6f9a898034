package dev.chasqui.llama.common;

/// What in the answer switches a lazy grammar on.
///
/// @param kind  how `value` is meant
/// @param token the token's id for [Kind#TOKEN], else -1
public record GrammarTrigger(Kind kind, String value, int token) {

    /// In the order of `common_grammar_trigger_type`.
    public enum Kind {
        /// One token.
        TOKEN,
        /// A text, anywhere.
        WORD,
        /// A regular expression that is found anywhere in the answer.
        PATTERN,
        /// A regular expression that fits the whole answer so far.
        PATTERN_FULL
    }
}
