package dev.chasqui.json;

/// How much a schema may ask for. They keep what is built from it small enough to be built and walked in
/// milliseconds, and inside what llama.cpp's recursive parser is known to survive.
final class Limits {

    /// Characters of a schema, and of a pattern in it.
    static final int SCHEMA_LENGTH = 1 << 18;

    static final int PATTERN_LENGTH = 1_000;

    /// JSON nested in JSON in a schema; groups in a pattern; values in values in an answer.
    static final int DEPTH = 64;

    /// JSON nested in JSON in a finished text that is checked.
    static final int ANSWER_DEPTH = 128;

    /// Characters of a finished text that is checked.
    static final int ANSWER_LENGTH = 1 << 24;

    /// How often what contains itself is written inside itself.
    static final int RECURSION = 16;

    /// Values in values while a grammar is built, those that only refer to another included.
    static final int NESTING = 256;

    /// Schemas in one document, and those in a row that describe one and the same value.
    static final int SCHEMAS = 4_000;

    static final int CHAIN = 16;

    /// Characters of a string, items of an array, and times in a pattern.
    static final int REPETITION = 1_000;

    /// Of the grammar's text.
    static final int GRAMMAR_LENGTH = 1 << 20;

    static final int RULES = 2_000;
    static final int ALTERNATIVES = 2_000;

    /// Places in a pattern, and in all rules, when each repetition is written out.
    static final int PATTERN_SIZE = 2_000;

    static final int SIZE = 50_000;

    /// Steps in turning schemas that hold together into one, and in checking a value.
    static final int MERGES = 20_000;

    static final int CHECKS = 500_000;

    /// States of the automaton where two conditions on a text meet: while it is built, and when it is done.
    static final int STATES = 5_000;

    static final int STEPS = 100_000;

    static final int RULE_STATES = 500;
    static final int RULE_EDGES = 1_000;

    /// Ways that one and the same text may have come, each with its cost at each character; llama.cpp has
    /// about as many stacks. A pattern alone cannot have more.
    static final int WAYS = PATTERN_SIZE;

    /// Characters of the shortest value.
    static final int SHORTEST = 1 << 16;

    /// Digits of a whole number where the schema does not say, so that it fits 64 bits; digits after the
    /// point.
    static final int DIGITS = 18;

    static final int FRACTION = 15;

    /// Digits of a bound before the point.
    static final int BOUND_DIGITS = 30;

    /// Digits of a number that is divided.
    static final int DIVIDED_DIGITS = 400;

    /// Properties and items that a schema lists one by one, and the characters of a property's name.
    static final int LISTED = 256;

    private Limits() {}
}
