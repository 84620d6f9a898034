package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;

/// Judges a grammar by its outline: llama.cpp takes any, and a grammar of a million states is slow for every
/// token.
final class Gbnf {

    static final int MAX_RULES = 2000;
    static final int MAX_REPETITION = 1000;
    static final int MAX_BYTES = 1 << 20;

    private Gbnf() {}

    /// @return the grammar
    /// @throws LlamaException if it is too big; the message says what is
    static String require(String grammar) {
        if (grammar.length() > MAX_BYTES) {
            throw new LlamaException("the grammar is " + grammar.length() + " characters; at most " + MAX_BYTES
                    + " are taken. Ask for a simpler schema");
        }
        long rules = grammar.lines().filter(line -> line.contains("::=")).count();
        if (rules > MAX_RULES) {
            throw new LlamaException("the grammar has " + rules + " rules; at most " + MAX_RULES
                    + " are taken. Ask for a simpler schema");
        }
        requireRepetitions(grammar);
        return grammar;
    }

    /// Looks at `{m,n}` outside of literals and character classes.
    private static void requireRepetitions(String grammar) {
        char closes = 0; // of the literal or class that is open
        for (int i = 0; i < grammar.length(); i++) {
            char c = grammar.charAt(i);
            if (closes != 0) {
                if (c == '\\') i++;
                else if (c == closes) closes = 0;
            } else if (c == '"') {
                closes = '"';
            } else if (c == '[') {
                closes = ']';
            } else if (c == '{') {
                requireRepetition(grammar, i);
            }
        }
    }

    private static void requireRepetition(String grammar, int open) {
        long number = 0;
        for (int i = open + 1; i < grammar.length() && grammar.charAt(i) != '}'; i++) {
            char c = grammar.charAt(i);
            number = c >= '0' && c <= '9' ? number * 10 + (c - '0') : 0;
            if (number > MAX_REPETITION) {
                throw new LlamaException("the grammar repeats something more than " + MAX_REPETITION
                        + " times. Lower the schema's minLength, maxLength, minItems or maxItems");
            }
        }
    }
}
