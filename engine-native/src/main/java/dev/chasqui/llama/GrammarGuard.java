package dev.chasqui.llama;

/// Refuses a grammar that llama.cpp's recursive parser might not survive. Whether it is right, llama.cpp says.
final class GrammarGuard {

    private static final int LONGEST = 1 << 20;
    private static final int DEEPEST = 64;
    private static final int MOST_RULES = 2_000;
    private static final int MOST_ALTERNATIVES = 4_000;
    private static final int MOST_REPETITIONS = 1_000;

    private GrammarGuard() {}

    /// @throws LlamaException if the text is empty, or larger or deeper than is safe
    static void check(String grammar) {
        refuse(grammar.isBlank(), "is empty");
        refuse(grammar.length() > LONGEST, "is longer than " + LONGEST + " characters");
        refuse(grammar.indexOf('\0') >= 0, "has a NUL character");
        refuse(grammar.startsWith("%llguidance"), "is for llguidance, which this build of llama.cpp lacks");

        int depth = 0;
        int rules = 0;
        int alternatives = 0;
        for (int i = 0; i < grammar.length(); i++) {
            switch (grammar.charAt(i)) {
                case '"' -> i = skip(grammar, i, '"');
                case '[' -> i = skip(grammar, i, ']');
                case '#' -> i = skip(grammar, i, '\n');
                case '(' -> refuse(++depth > DEEPEST, "nests deeper than " + DEEPEST + " groups");
                case ')' -> depth--;
                case '|' ->
                    refuse(++alternatives > MOST_ALTERNATIVES, "has over " + MOST_ALTERNATIVES + " alternatives");
                case '=' -> refuse(++rules > MOST_RULES, "has over " + MOST_RULES + " rules");
                case '{' -> checkRepetition(grammar, i);
                default -> {}
            }
        }
    }

    /// @return where a quoted part ends; the end of the text if it does not
    private static int skip(String grammar, int start, char end) {
        for (int i = start + 1; i < grammar.length(); i++) {
            if (grammar.charAt(i) == '\\' && end != '\n') i++;
            else if (grammar.charAt(i) == end) return i;
        }
        return grammar.length();
    }

    private static void checkRepetition(String grammar, int start) {
        long number = 0;
        for (int i = start + 1; i < grammar.length() && grammar.charAt(i) != '}'; i++) {
            char c = grammar.charAt(i);
            number = Character.isDigit(c) ? number * 10 + Character.digit(c, 10) : 0;
            refuse(number > MOST_REPETITIONS, "repeats over " + MOST_REPETITIONS + " times");
        }
    }

    private static void refuse(boolean bad, String what) {
        if (bad) throw new LlamaException("the grammar " + what);
    }
}
