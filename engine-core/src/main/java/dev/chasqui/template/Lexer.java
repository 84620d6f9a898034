package dev.chasqui.template;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/// Cuts a template into words, one at a time.
///
/// Spaces that a trim marker takes away are never seen outside, nor are comments. After an error there is
/// nothing more to read.
///
/// @see <a href="https://pkg.go.dev/text/template#hdr-Text_and_spaces">Text and spaces</a>
final class Lexer {

    private static final String LEFT = "{{";
    private static final String RIGHT = "}}";
    private static final String COMMENT = "/*";
    private static final String COMMENT_END = "*/";
    private static final int TRIM_MARKER = 2; // a minus and a space
    private static final String DECIMAL = "0123456789_";
    private static final String HEXADECIMAL = "0123456789abcdefABCDEF_";

    private static final Map<String, Token.Type> KEYWORDS = Map.ofEntries(
            entry("block", Token.Type.BLOCK),
            entry("break", Token.Type.BREAK),
            entry("continue", Token.Type.CONTINUE),
            entry("define", Token.Type.DEFINE),
            entry("else", Token.Type.ELSE),
            entry("end", Token.Type.END),
            entry("if", Token.Type.IF),
            entry("nil", Token.Type.NIL),
            entry("range", Token.Type.RANGE),
            entry("template", Token.Type.TEMPLATE),
            entry("with", Token.Type.WITH),
            entry("true", Token.Type.BOOL),
            entry("false", Token.Type.BOOL));

    private final String input;
    private int at;
    private int line = 1;
    private int lineAt; // how far the lines are counted
    private boolean inAction;
    private int parens;

    Lexer(String input) {
        this.input = input;
    }

    Token next() {
        return inAction ? insideAction() : text();
    }

    private Token text() {
        while (true) {
            int start = at;
            int action = input.indexOf(LEFT, at);
            at = action < 0 ? input.length() : action;
            int end = at;
            if (action >= 0 && isLeftTrim(action + LEFT.length())) {
                while (end > start && isSpace(input.charAt(end - 1))) end--;
            }
            if (end > start) return new Token(Token.Type.TEXT, start, input.substring(start, end), lineOf(start));
            if (action < 0) return new Token(Token.Type.EOF, at, "EOF", lineOf(at));
            Optional<Token> delimiter = leftDelimiter();
            if (delimiter.isPresent()) return delimiter.get();
        }
    }

    /// @return nothing if it was a comment's
    private Optional<Token> leftDelimiter() {
        int start = at;
        at += LEFT.length();
        if (isLeftTrim(at)) at += TRIM_MARKER;
        if (input.startsWith(COMMENT, at)) return comment();
        inAction = true;
        parens = 0;
        return Optional.of(new Token(Token.Type.LEFT_DELIMITER, start, LEFT, lineOf(start)));
    }

    private Optional<Token> comment() {
        int start = at;
        int end = input.indexOf(COMMENT_END, at + COMMENT.length());
        if (end < 0) return Optional.of(error(start, "unclosed comment"));
        at = end + COMMENT_END.length();
        if (!isRightDelimiter(at)) return Optional.of(error(start, "comment ends before closing delimiter"));
        pastRightDelimiter();
        return Optional.empty();
    }

    private Token insideAction() {
        int start = at;
        if (isRightDelimiter(at)) {
            if (parens > 0) return error(start, "unclosed left paren");
            int delimiter = isRightTrim(at) ? at + TRIM_MARKER : at;
            pastRightDelimiter();
            inAction = false;
            return new Token(Token.Type.RIGHT_DELIMITER, delimiter, RIGHT, lineOf(delimiter));
        }
        if (at == input.length()) return error(start, "unclosed action");
        int c = input.codePointAt(at);
        if (isSpace(c)) return spaces();
        if (c == '"' || c == '\'') return quoted((char) c);
        if (c == '`') return rawString();
        if (c == '$') return name(Token.Type.VARIABLE);
        if (c == '.' && at + 1 < input.length() && !isDigit(input.charAt(at + 1))) return name(Token.Type.FIELD);
        if (c == '.' || c == '+' || c == '-' || (c < 0x80 && isDigit((char) c))) return number();
        if (isAlphanumeric(c)) return name(Token.Type.IDENTIFIER);
        return symbol(c);
    }

    private Token symbol(int c) {
        int start = at;
        at += Character.charCount(c);
        return switch (c) {
            case '=' -> token(Token.Type.ASSIGN, start);
            case '|' -> token(Token.Type.PIPE, start);
            case ':' -> accept("=") ? token(Token.Type.DECLARE, start) : error(start, "expected :=");
            case '(' -> {
                parens++;
                yield token(Token.Type.LEFT_PAREN, start);
            }
            case ')' -> --parens < 0 ? error(start, "unexpected right paren") : token(Token.Type.RIGHT_PAREN, start);
            default ->
                c > ' ' && c < 0x7f
                        ? token(Token.Type.OTHER, start)
                        : error(start, "unrecognized character in action: " + unicode(c));
        };
    }

    /// One trim marker's space belongs to the delimiter behind it.
    private Token spaces() {
        int start = at;
        while (at < input.length() && isSpace(input.charAt(at)) && !isRightDelimiter(at)) at++;
        return token(Token.Type.SPACE, start);
    }

    private Token quoted(char mark) {
        int start = at++;
        while (at < input.length() && input.charAt(at) != '\n') {
            char c = input.charAt(at++);
            if (c == mark) return token(mark == '"' ? Token.Type.STRING : Token.Type.CHARACTER, start);
            if (c != '\\') continue;
            if (at == input.length() || input.charAt(at) == '\n') break;
            at++;
        }
        return error(start, mark == '"' ? "unterminated quoted string" : "unterminated character constant");
    }

    private Token rawString() {
        int end = input.indexOf('`', at + 1);
        if (end < 0) return error(at, "unterminated raw quoted string");
        int start = at;
        at = end + 1;
        return token(Token.Type.RAW_STRING, start);
    }

    /// A word, or one behind `.` or `$`, which may also stand alone.
    private Token name(Token.Type type) {
        int start = at;
        if (type != Token.Type.IDENTIFIER) at++;
        while (isAlphanumeric(peek())) at += Character.charCount(peek());
        if (!isEndOfName()) return error(start, "bad character " + unicode(peek()));
        if (type == Token.Type.FIELD && at == start + 1) return token(Token.Type.DOT, start);
        if (type != Token.Type.IDENTIFIER) return token(type, start);
        return token(KEYWORDS.getOrDefault(input.substring(start, at), type), start);
    }

    /// Takes what looks like a number; what is wrong with it shows when it is read.
    private Token number() {
        int start = at;
        boolean fine = scanNumber();
        if (fine && (peek() == '+' || peek() == '-')) fine = scanNumber() && input.charAt(at - 1) == 'i';
        String text = input.substring(start, at);
        if (!fine) return error(start, "bad number syntax: " + Quoting.quote(text));
        if (text.endsWith("i")) return error(start, "complex numbers are not supported: " + text);
        return token(Token.Type.NUMBER, start);
    }

    private boolean scanNumber() {
        accept("+-");
        String digits = DECIMAL;
        if (accept("0")) {
            if (accept("xX")) digits = HEXADECIMAL;
            else if (accept("oO")) digits = "01234567_";
            else if (accept("bB")) digits = "01_";
        }
        acceptAll(digits);
        if (accept(".")) acceptAll(digits);
        if (digits.equals(DECIMAL) && accept("eE")) exponent();
        if (digits.equals(HEXADECIMAL) && accept("pP")) exponent();
        accept("i");
        if (!isAlphanumeric(peek())) return true;
        at += Character.charCount(peek());
        return false;
    }

    private void exponent() {
        accept("+-");
        acceptAll(DECIMAL);
    }

    private boolean accept(String any) {
        if (at == input.length() || any.indexOf(input.charAt(at)) < 0) return false;
        at++;
        return true;
    }

    private void acceptAll(String any) {
        while (accept(any)) {}
    }

    private void pastRightDelimiter() {
        boolean trims = isRightTrim(at);
        at += RIGHT.length() + (trims ? TRIM_MARKER : 0);
        while (trims && at < input.length() && isSpace(input.charAt(at))) at++;
    }

    private boolean isLeftTrim(int position) {
        return input.startsWith("-", position) && position + 1 < input.length() && isSpace(input.charAt(position + 1));
    }

    private boolean isRightTrim(int position) {
        return position < input.length() && isSpace(input.charAt(position)) && input.startsWith("-}}", position + 1);
    }

    private boolean isRightDelimiter(int position) {
        return input.startsWith(RIGHT, position) || isRightTrim(position);
    }

    private boolean isEndOfName() {
        return at == input.length() || isSpace(peek()) || ".,|:)(".indexOf(peek()) >= 0 || input.startsWith(RIGHT, at);
    }

    /// @return the character that comes next, or -1
    private int peek() {
        return at == input.length() ? -1 : input.codePointAt(at);
    }

    private Token token(Token.Type type, int start) {
        return new Token(type, start, input.substring(start, at), lineOf(start));
    }

    private Token error(int start, String what) {
        return new Token(Token.Type.ERROR, start, what, lineOf(start));
    }

    /// Positions come in order, so each line is counted once.
    private int lineOf(int position) {
        for (; lineAt < position; lineAt++) {
            if (input.charAt(lineAt) == '\n') line++;
        }
        return line;
    }

    private static String unicode(int c) {
        String hex = "U+%04X".formatted(c);
        return Quoting.isPrintable(c) ? hex + " '" + Character.toString(c) + "'" : hex;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isAlphanumeric(int c) {
        return c == '_' || Character.isLetter(c) || Character.isDigit(c);
    }
}
