package dev.chasqui.template;

/// A word of a template.
///
/// @param at   where it begins, in UTF-16 units
/// @param text as it stands there; for an error, what is wrong
/// @param line of its beginning, from 1
record Token(Type type, int at, String text, int line) {

    private static final int SHOWN = 10;

    enum Type {
        ERROR,
        EOF,
        TEXT,
        LEFT_DELIMITER,
        RIGHT_DELIMITER,
        SPACE,
        BOOL,
        CHARACTER,
        NUMBER,
        STRING,
        RAW_STRING,
        FIELD,
        VARIABLE,
        IDENTIFIER,
        LEFT_PAREN,
        RIGHT_PAREN,
        PIPE,
        ASSIGN,
        DECLARE,
        OTHER,
        BLOCK,
        BREAK,
        CONTINUE,
        DEFINE,
        DOT,
        ELSE,
        END,
        IF,
        NIL,
        RANGE,
        TEMPLATE,
        WITH;

        private boolean isKeyword() {
            return compareTo(BLOCK) >= 0;
        }
    }

    /// As messages quote it.
    @Override
    public String toString() {
        if (type == Type.EOF) return "EOF";
        if (type == Type.ERROR) return text;
        if (type.isKeyword()) return "<" + text + ">";
        if (Utf8.length(text) <= SHOWN) return Quoting.quote(text);
        int end = text.codePointCount(0, text.length()) <= SHOWN ? text.length() : text.offsetByCodePoints(0, SHOWN);
        return Quoting.quote(text.substring(0, end)) + "...";
    }
}
