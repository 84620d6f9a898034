package dev.chasqui.llama.common;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Judges a Jinja template by its outline before C++ parses it by recursion.
///
/// It does not see a macro that calls itself for ever: for that there is [TemplateGuard].
final class TemplateOutline {

    /// The longest template known is a tenth of it.
    static final int MAX_BYTES = 1 << 20;

    /// Of blocks (`{% if %}`) inside one another; 2,000 are known to work and 20,000 to end the process.
    static final int MAX_BLOCKS = 128;

    /// Of brackets inside one another within a tag.
    static final int MAX_BRACKETS = 128;

    /// Of one tag. Each operator in it is a level of recursion: 4,000 are known to work and 30,000 to end the
    /// process.
    static final int MAX_TAG = 12 << 10;

    private static final Pattern OPENS = Pattern.compile("(if|for|macro|call|filter)\\b.*|set\\b[^=]*", Pattern.DOTALL);

    private TemplateOutline() {}

    /// @return the template
    /// @throws IllegalArgumentException if it is empty, too long or nested too deep
    static String require(String jinja) {
        JsonText.requireSize("the chat template", jinja, MAX_BYTES);
        if (jinja.isBlank()) throw new IllegalArgumentException("the chat template is empty");
        int blocks = 0;
        int open = nextTag(jinja, 0);
        while (open >= 0) {
            char kind = jinja.charAt(open + 1);
            int close = jinja.indexOf(kind == '{' ? "}}" : kind + "}", open + 2);
            if (close < 0) close = jinja.length();
            if (kind != '#') requireTag(jinja, open + 2, close);
            if (kind == '%') blocks += block(jinja, open + 2, close);
            if (blocks > MAX_BLOCKS) throw tooDeep(MAX_BLOCKS, "blocks");
            open = nextTag(jinja, close);
        }
        return jinja;
    }

    private static int nextTag(String jinja, int from) {
        for (int at = jinja.indexOf('{', from); at >= 0 && at + 1 < jinja.length(); at = jinja.indexOf('{', at + 1)) {
            if ("{%#".indexOf(jinja.charAt(at + 1)) >= 0) return at;
        }
        return -1;
    }

    private static void requireTag(String jinja, int from, int to) {
        if (to - from > MAX_TAG) {
            throw new IllegalArgumentException("the chat template holds a tag longer than " + MAX_TAG + " characters");
        }
        int depth = 0;
        for (int i = from; i < to; i++) {
            switch (jinja.charAt(i)) {
                case '(', '[', '{' -> depth++;
                case ')', ']', '}' -> depth--;
                default -> {}
            }
            if (depth > MAX_BRACKETS) throw tooDeep(MAX_BRACKETS, "brackets");
        }
    }

    /// @return 1 if the tag opens a block, -1 if it closes one
    private static int block(String jinja, int from, int to) {
        int start = from;
        while (start < to && (jinja.charAt(start) == '-' || Character.isWhitespace(jinja.charAt(start)))) start++;
        if (jinja.startsWith("end", start)) return -1;
        Matcher opens = OPENS.matcher(jinja).region(start, to);
        return opens.matches() ? 1 : 0;
    }

    private static IllegalArgumentException tooDeep(int limit, String what) {
        return new IllegalArgumentException("the chat template is nested deeper than " + limit + " " + what);
    }
}
