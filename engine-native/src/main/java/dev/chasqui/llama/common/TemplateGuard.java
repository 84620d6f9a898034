package dev.chasqui.llama.common;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Bounds what a Jinja template computes: macros that call themselves without an end overflow C++'s stack, which ends
/// the process, and loops over ranges need not end in anybody's lifetime.
///
/// Some models' templates do call themselves, as deep as their tools' parameters nest. So they may: a template in
/// which a macro could come back to itself gets a count of its calls, one with ranges gets a count of its loops'
/// turns, kept by the template itself, and raises an exception beyond [#MOST_CALLS] or [#MOST_TURNS]. Any other
/// template stays as it is.
final class TemplateGuard {

    /// Of calls within one another; JSON may nest 64 deep, see [JsonText].
    static final int MOST_CALLS = 80;

    /// Of loops, in one rendering; a turn takes C++ some 50 µs.
    static final int MOST_TURNS = 50_000;

    /// Digits of a whole number where there are ranges or products: nobody counts so far, and everything up to it
    /// would be in memory.
    private static final int MOST_DIGITS = 6;

    private static final String COUNT = "chasqui_count";
    private static final String TOP =
            "{% set " + COUNT + " = namespace(calls=0, turns=0) %}\n"; // its end is not put out
    private static final String ENTER =
            counting("calls", MOST_CALLS, "a macro calls itself more than " + MOST_CALLS + " deep");
    private static final String TURN =
            counting("turns", MOST_TURNS, "its loops take more than " + MOST_TURNS + " turns");
    private static final String LEAVE = " set " + COUNT + ".calls = " + COUNT + ".calls - 1 %}{%";

    private static final Pattern WORD = unquoted("[A-Za-z_]\\w*");
    private static final Pattern MACRO = Pattern.compile("-?\\s*macro\\s+([A-Za-z_]\\w*)");
    private static final Pattern END = Pattern.compile("-?\\s*endmacro\\b");
    private static final Pattern CALL = Pattern.compile("-?\\s*call\\b");
    private static final Pattern FOR = Pattern.compile("-?\\s*for\\b");
    private static final Pattern LARGE = unquoted("\\d{" + (MOST_DIGITS + 1) + ",}");
    private static final Pattern MULTIPLIES = unquoted("\\brange\\b|\\*");
    private static final Pattern RANGE = unquoted("\\brange\\b");

    /// One that is no comment. Between `from` and `to` is what is between its brackets.
    private record Tag(boolean statement, int from, int to) {

        boolean is(Pattern begin, String jinja) {
            return statement && begin.matcher(jinja).region(from, to).lookingAt();
        }
    }

    private TemplateGuard() {}

    /// @return the template, with its calls and turns counted where they could have no end
    /// @throws IllegalArgumentException if a macro's parameters call something, which comes before anybody counts,
    ///                                  or if it would count too far
    static String guarded(String jinja) {
        List<Tag> tags = tags(jinja);
        for (Tag tag : tags) if (tag.is(MACRO, jinja)) requireNoCalls(jinja, tag);
        if (any(jinja, tags, MULTIPLIES) && any(jinja, tags, LARGE)) {
            throw new IllegalArgumentException("the chat template holds ranges or products, and a number of more than "
                    + MOST_DIGITS + " digits; that could take all memory");
        }
        boolean calls = mayRecurse(jinja, tags);
        boolean turns = any(jinja, tags, RANGE);
        return calls || turns ? counted(jinja, tags, calls, turns) : jinja;
    }

    private static String counting(String what, int most, String message) {
        String count = COUNT + "." + what;
        return "{% set " + count + " = " + count + " + 1 %}{% if " + count + " > " + most + " %}{{ raise_exception('"
                + message + "') }}{% endif ";
    }

    /// Finds a pattern as its group 1, and what is quoted without that group.
    private static Pattern unquoted(String pattern) {
        return Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+'|(" + pattern + ")");
    }

    private static boolean any(String jinja, List<Tag> tags, Pattern pattern) {
        return tags.stream()
                .anyMatch(tag -> pattern.matcher(jinja)
                        .region(tag.from(), tag.to())
                        .results()
                        .anyMatch(found -> found.group(1) != null));
    }

    private static void requireNoCalls(String jinja, Tag macro) {
        int parameters = jinja.indexOf('(', macro.from());
        int call = parameters < 0 ? -1 : jinja.indexOf('(', parameters + 1);
        if (call >= 0 && call < macro.to()) {
            throw new IllegalArgumentException("the chat template's macro " + name(jinja, macro)
                    + " has a parameter whose default is a call; only plain defaults are possible");
        }
    }

    private static boolean mayRecurse(String jinja, List<Tag> tags) {
        Set<String> all = new HashSet<>();
        for (Tag tag : tags) if (tag.is(MACRO, jinja)) all.add(name(jinja, tag));
        if (all.isEmpty()) return false;
        Set<String> whole = new HashSet<>();
        String current = "";
        for (Tag tag : tags) {
            if (tag.is(CALL, jinja)) return true;
            if (tag.is(MACRO, jinja)) {
                current = name(jinja, tag);
                whole.remove(current); // it is made anew
            } else if (tag.is(END, jinja)) {
                whole.add(current);
                current = "";
            } else if (mentions(jinja, tag, all, current.isEmpty() ? all : whole)) {
                return true;
            }
        }
        return false;
    }

    /// Whether a macro is named that is not among the harmless ones, or that is not called but handed on.
    private static boolean mentions(String jinja, Tag tag, Set<String> all, Set<String> harmless) {
        Matcher words = WORD.matcher(jinja).region(tag.from(), tag.to());
        while (words.find()) {
            String word = words.group(1);
            if (word == null || !all.contains(word)) continue;
            int next = words.end();
            while (next < tag.to() && Character.isWhitespace(jinja.charAt(next))) next++;
            boolean called = next < tag.to() && jinja.charAt(next) == '(';
            if (!called || !harmless.contains(word)) return true;
        }
        return false;
    }

    private static String counted(String jinja, List<Tag> tags, boolean calls, boolean turns) {
        StringBuilder counted = new StringBuilder(TOP);
        int copied = 0;
        for (Tag tag : tags) {
            boolean enters = calls && tag.is(MACRO, jinja);
            if (enters || turns && tag.is(FOR, jinja)) {
                boolean strips = jinja.charAt(tag.to() - 1) == '-';
                int end = Math.min(tag.to() + 2, jinja.length());
                counted.append(jinja, copied, end).append(enters ? ENTER : TURN).append(strips ? "-%}" : "%}");
                copied = end;
            } else if (calls && tag.is(END, jinja)) {
                boolean strips = jinja.charAt(tag.from()) == '-';
                counted.append(jinja, copied, tag.from())
                        .append(strips ? "-" : "")
                        .append(LEAVE);
                copied = strips ? tag.from() + 1 : tag.from();
            }
        }
        return counted.append(jinja, copied, jinja.length()).toString();
    }

    private static String name(String jinja, Tag macro) {
        Matcher name = MACRO.matcher(jinja).region(macro.from(), macro.to());
        return name.lookingAt() ? name.group(1) : "";
    }

    /// A bracket inside quotes ends no tag.
    private static List<Tag> tags(String jinja) {
        List<Tag> tags = new ArrayList<>();
        int at = 0;
        while ((at = jinja.indexOf('{', at)) >= 0 && at + 1 < jinja.length()) {
            char kind = jinja.charAt(at + 1);
            if (kind == '#') {
                int end = jinja.indexOf("#}", at + 2);
                at = end < 0 ? jinja.length() : end + 2;
            } else if (kind == '%' || kind == '{') {
                int end = end(jinja, at + 2, kind == '%' ? "%}" : "}}");
                tags.add(new Tag(kind == '%', at + 2, end));
                at = Math.min(end + 2, jinja.length());
            } else {
                at++;
            }
        }
        return tags;
    }

    private static int end(String jinja, int from, String close) {
        char quote = 0;
        int open = 0;
        for (int i = from; i < jinja.length(); i++) {
            char c = jinja.charAt(i);
            if (quote != 0) {
                if (c == '\\') i++;
                else if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (open == 0 && jinja.startsWith(close, i)) {
                return i;
            } else if (c == '{') {
                open++;
            } else if (c == '}') {
                open--;
            }
        }
        return jinja.length();
    }
}
