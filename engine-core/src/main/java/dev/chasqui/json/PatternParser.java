package dev.chasqui.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Reads a regular expression into the texts it matches: literals, classes, groups, alternation, quantifiers,
/// and `^` and `$` at the ends. A pattern without them matches anywhere, so anything may stand before and
/// behind.
final class PatternParser {

    private static final Expr ANYTHING = Expr.repeat(Expr.one(CodePoints.ALL), 0, Expr.UNLIMITED);

    private final String pattern;

    /// Where the group that opens here closes.
    private final int[] closes;

    private int at;

    private PatternParser(String pattern) throws PatternException {
        this.pattern = pattern;
        this.closes = closes(pattern);
    }

    static Expr parse(String pattern) throws PatternException {
        if (pattern.length() > Limits.PATTERN_LENGTH) {
            throw new PatternException("is longer than " + Limits.PATTERN_LENGTH + " characters");
        }
        PatternParser parser = new PatternParser(pattern);
        Expr expr = parser.alternatives(true);
        if (parser.at < pattern.length()) throw parser.wrong("')' closes nothing");
        return expr;
    }

    /// @param outer whether nothing stands around it, so that each alternative may have anchors
    private Expr alternatives(boolean outer) throws PatternException {
        List<Expr> choices = new ArrayList<>();
        do {
            choices.add(outer ? outerAlternative() : sequence());
        } while (take('|'));
        return small(Expr.alt(choices));
    }

    private Expr outerAlternative() throws PatternException {
        if (peek('(') && endsAlternative(closes[at] + 1)) return group(true);
        boolean fromStart = take('^');
        Expr middle = sequence();
        boolean toEnd = take('$');
        if (toEnd && !endsAlternative(at)) throw wrong("'$' is only supported at the end of an alternative");
        return Expr.seq(fromStart ? Expr.EMPTY : ANYTHING, middle, toEnd ? Expr.EMPTY : ANYTHING);
    }

    private Expr sequence() throws PatternException {
        List<Expr> items = new ArrayList<>();
        while (!endsAlternative(at) && !peek('$')) items.add(quantified(atom()));
        return small(Expr.seq(items));
    }

    private Expr atom() throws PatternException {
        char c = pattern.charAt(at);
        return switch (c) {
            case '(' -> group(false);
            case '[' -> Expr.one(new ClassParser(this::wrong, pattern, at + 1).parse(end -> at = end));
            case '.' -> {
                at++;
                yield Expr.one(CharacterClass.ANY_BUT_LINE_ENDS);
            }
            case '\\' -> Expr.one(new ClassParser(this::wrong, pattern, at).escape(false, end -> at = end));
            case '^' -> throw wrong("'^' is only supported at the start of an alternative");
            case '*', '+', '?' -> throw wrong("'" + c + "' repeats nothing");
            case '{', '}', ']' -> throw wrong("'" + c + "' must be written '\\" + c + "'");
            default -> {
                int codePoint = pattern.codePointAt(at);
                at += Character.charCount(codePoint);
                yield Expr.one(CodePoints.of(codePoint));
            }
        };
    }

    private Expr group(boolean outer) throws PatternException {
        int close = closes[at++];
        if (take('?')) {
            if (pattern.startsWith("<", at) && !pattern.startsWith("<=", at) && !pattern.startsWith("<!", at)) {
                at = pattern.indexOf('>', at) + 1;
                if (at == 0 || at > close) throw wrong("a group's name does not end");
            } else if (!take(':')) {
                throw wrong("'(?" + (peekAny() ? pattern.charAt(at) : "") + "' is not supported");
            }
        }
        Expr inside = alternatives(outer);
        if (!take(')')) throw wrong("'$' is only supported at the end of an alternative");
        return inside;
    }

    private Expr quantified(Expr item) throws PatternException {
        int min;
        int max;
        if (take('*')) {
            min = 0;
            max = Expr.UNLIMITED;
        } else if (take('+')) {
            min = 1;
            max = Expr.UNLIMITED;
        } else if (take('?')) {
            min = 0;
            max = 1;
        } else if (take('{')) {
            min = number();
            max = min;
            if (take(',')) max = peek('}') ? Expr.UNLIMITED : number();
            if (!take('}')) throw wrong("'{' is not closed");
            if (max < min) throw wrong("{" + min + "," + max + "} repeats less often than it must");
        } else {
            return item;
        }
        take('?'); // as few as possible: which of the matches makes no difference here
        if (peek('*') || peek('+') || peek('?') || peek('{')) throw wrong("a quantifier follows another");
        return small(Expr.repeat(item, min, max));
    }

    private int number() throws PatternException {
        int start = at;
        int value = 0;
        while (peekAny() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
            value = Math.min(value * 10 + pattern.charAt(at++) - '0', Limits.REPETITION + 1);
        }
        if (at == start) throw wrong("a number is missing");
        if (value > Limits.REPETITION) throw wrong("it repeats more than " + Limits.REPETITION + " times");
        return value;
    }

    private Expr small(Expr expr) throws PatternException {
        if (expr.size > Limits.PATTERN_SIZE) {
            throw wrong("it has more than " + Limits.PATTERN_SIZE + " places when its repetitions are written out");
        }
        return expr;
    }

    private boolean endsAlternative(int position) {
        return position >= pattern.length() || pattern.charAt(position) == '|' || pattern.charAt(position) == ')';
    }

    private boolean peekAny() {
        return at < pattern.length();
    }

    private boolean peek(char c) {
        return peekAny() && pattern.charAt(at) == c;
    }

    private boolean take(char c) {
        if (!peek(c)) return false;
        at++;
        return true;
    }

    private PatternException wrong(String problem) {
        return new PatternException("cannot be used: " + problem + " (character " + (at + 1) + ")");
    }

    private int[] closes(String text) throws PatternException {
        int[] found = new int[text.length()];
        Deque<Integer> open = new ArrayDeque<>();
        boolean inClass = false;
        for (at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') at++;
            else if (c == '[') inClass = true;
            else if (c == ']') inClass = false;
            else if (c == '(' && !inClass) open.push(at);
            else if (c == ')' && !inClass && !open.isEmpty()) found[open.pop()] = at;
            if (open.size() > Limits.DEPTH) throw wrong("groups nest deeper than " + Limits.DEPTH);
        }
        at = open.isEmpty() ? 0 : open.peek();
        if (!open.isEmpty()) throw wrong("'(' is not closed");
        return found;
    }
}
