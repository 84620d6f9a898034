package dev.chasqui.json;

import java.util.function.Function;
import java.util.function.IntConsumer;

/// Reads the sets of characters in a pattern: `[a-z_]`, `[^"]`, and escapes like `\d` and `\u00e9`.
final class ClassParser {

    private static final String CONTROLS = "tnrfv";
    private static final String CONTROL_CHARACTERS = "\t\n\r\f\u000B";

    private final Function<String, PatternException> wrong;
    private final String pattern;
    private int at;

    ClassParser(Function<String, PatternException> wrong, String pattern, int at) {
        this.wrong = wrong;
        this.pattern = pattern;
        this.at = at;
    }

    /// From behind `[`.
    ///
    /// @param end gets where the pattern goes on
    CodePoints parse(IntConsumer end) throws PatternException {
        boolean negated = peek('^');
        if (negated) at++;
        if (peek(']')) throw wrong.apply("an empty class '[]' allows nothing");
        CodePoints all = CodePoints.NONE;
        while (!peek(']')) {
            CodePoints first = member(negated);
            if (peek('-') && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
                at++;
                first = range(first, member(negated));
            }
            all = all.or(first);
        }
        end.accept(at + 1);
        return negated ? all.not() : all;
    }

    private CodePoints range(CodePoints first, CodePoints last) throws PatternException {
        if (!first.isSingle() || !last.isSingle() || first.first(0) > last.first(0)) {
            throw wrong.apply("a range in '[' must go from a character to a later one");
        }
        return CodePoints.range(first.first(0), last.first(0));
    }

    private CodePoints member(boolean negated) throws PatternException {
        if (at >= pattern.length()) throw wrong.apply("'[' is not closed");
        if (peek('\\')) return escape(negated, position -> {});
        if (peek('[')) throw wrong.apply("'[' in a class must be written '\\['");
        return literal();
    }

    /// From `\` on.
    ///
    /// @param end gets where the pattern goes on
    CodePoints escape(boolean negated, IntConsumer end) throws PatternException {
        at++;
        if (at >= pattern.length()) throw wrong.apply("'\\' is the last character");
        char c = pattern.charAt(at);
        CodePoints set = CharacterClass.named(c, negated);
        int control = CONTROLS.indexOf(c);
        if (!set.isEmpty()) {
            at++;
        } else if (control >= 0) {
            at++;
            set = CodePoints.of(CONTROL_CHARACTERS.charAt(control));
        } else if (c == 'x' || c == 'u') {
            set = CodePoints.of(hexadecimal());
        } else if (c < 128 && Character.isLetterOrDigit(c)) {
            throw wrong.apply("'\\" + c + "' is not supported");
        } else {
            set = literal();
        }
        end.accept(at);
        return set;
    }

    private CodePoints literal() {
        int codePoint = pattern.codePointAt(at);
        at += Character.charCount(codePoint);
        return CodePoints.of(codePoint);
    }

    /// `xHH`, `uHHHH`, two of those that make a pair, or `u{H…}`.
    private int hexadecimal() throws PatternException {
        if (pattern.startsWith("u{", at)) {
            int close = Math.max(pattern.indexOf('}', at), at + 2);
            int codePoint = digits(at + 2, close - at - 2);
            at++; // the brace
            return scalar(codePoint);
        }
        int first = digits(at + 1, pattern.charAt(at) == 'x' ? 2 : 4);
        if (Character.isHighSurrogate((char) first) && pattern.startsWith("\\u", at)) {
            int second = digits(at + 2, 4);
            if (Character.isLowSurrogate((char) second)) return Character.toCodePoint((char) first, (char) second);
        }
        return scalar(first);
    }

    private int scalar(int codePoint) throws PatternException {
        if (!CodePoints.ALL.contains(codePoint)) throw wrong.apply("an escape names half of a surrogate pair");
        return codePoint;
    }

    private int digits(int start, int count) throws PatternException {
        at = start + count;
        if (count < 1 || count > 6 || at > pattern.length()) throw wrong.apply("an escape lacks its digits");
        int value = 0;
        for (int i = start; i < at; i++) {
            int digit = Character.digit(pattern.charAt(i), 16);
            if (digit < 0) throw wrong.apply("an escape lacks its digits");
            value = value << 4 | digit;
        }
        return value;
    }

    private boolean peek(char c) {
        return at < pattern.length() && pattern.charAt(at) == c;
    }
}
