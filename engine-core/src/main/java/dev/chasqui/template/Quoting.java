package dev.chasqui.template;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.PrimitiveIterator;

/// Go's quoted strings and characters, both ways.
final class Quoting {

    private static final String ESCAPED = "abfnrtv\\'\"";
    private static final String MEANT = "\u0007\b\f\n\r\t\u000b\\'\"";

    private static final HexFormat HEX = HexFormat.of();

    private Quoting() {}

    /// In double quotes; what cannot be printed is escaped.
    static String quote(String text) {
        return quote(text, '"', false);
    }

    /// @param ascii whether everything beyond ASCII is escaped as well
    static String quote(String text, char mark, boolean ascii) {
        StringBuilder quoted = new StringBuilder().append(mark);
        for (PrimitiveIterator.OfInt points = text.codePoints().iterator(); points.hasNext(); ) {
            append(quoted, points.nextInt(), mark, ascii);
        }
        return quoted.append(mark).toString();
    }

    private static void append(StringBuilder quoted, int point, char mark, boolean ascii) {
        int known = MEANT.indexOf(point);
        if (point == mark || point == '\\') {
            quoted.append('\\').append((char) point);
        } else if (isPrintable(point) && (point < 0x80 || !ascii)) {
            quoted.appendCodePoint(point);
        } else if (known >= 0) {
            quoted.append('\\').append(ESCAPED.charAt(known));
        } else if (point < ' ' || point == 0x7f) {
            quoted.append("\\x").append(HEX.toHexDigits((byte) point));
        } else {
            quoted.append(point < 0x10000 ? "\\u" : "\\U").append(HEX.toHexDigits(point, point < 0x10000 ? 4 : 8));
        }
    }

    /// As Go has it: letters, marks, numbers, punctuation, symbols, and the one space.
    static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /// What a literal in `"` or back quotes stands for; empty if it is malformed.
    static Optional<String> unquote(String literal) {
        char mark = literal.charAt(0);
        if (mark == '`')
            return Optional.of(literal.substring(1, literal.length() - 1).replace("\r", ""));
        Reader reader = new Reader(literal, mark);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (reader.more()) {
            if (!reader.next(bytes)) return Optional.empty();
        }
        return Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    /// The one character between single quotes; empty if there are more, or none.
    static Optional<Integer> unquoteCharacter(String literal) {
        Reader reader = new Reader(literal, '\'');
        boolean one = reader.more() && reader.next(new ByteArrayOutputStream()) && !reader.more();
        return one ? Optional.of(reader.point) : Optional.empty();
    }

    /// Reads what is between a literal's quotes, character by character.
    private static final class Reader {

        private final String literal;
        private final char mark;
        private int at = 1;
        private int point;

        Reader(String literal, char mark) {
            this.literal = literal;
            this.mark = mark;
        }

        boolean more() {
            return at < literal.length() - 1;
        }

        /// @return whether the character is well-formed
        boolean next(ByteArrayOutputStream bytes) {
            point = literal.codePointAt(at);
            at += Character.charCount(point);
            if (point == mark || point == '\n') return false;
            return point == '\\' ? escape(bytes) : add(bytes);
        }

        private boolean escape(ByteArrayOutputStream bytes) {
            char kind = literal.charAt(at++);
            if (kind == 'x') return digits(2, 16) && one(bytes);
            if (kind >= '0' && kind <= '7') {
                at--;
                return digits(3, 8) && point < 256 && one(bytes);
            }
            if (kind == 'u') return digits(4, 16) && add(bytes);
            if (kind == 'U') return digits(8, 16) && add(bytes);
            int known = ESCAPED.indexOf(kind);
            if (known < 0 || ((kind == '\'' || kind == '"') && kind != mark)) return false;
            point = MEANT.charAt(known);
            return add(bytes);
        }

        private boolean digits(int count, int radix) {
            if (at + count > literal.length() - 1) return false;
            point = 0;
            for (int end = at + count; at < end; at++) {
                int digit = Character.digit(literal.charAt(at), radix);
                if (digit < 0 || literal.charAt(at) > 'f' || point > 0x10FFFF) return false;
                point = point * radix + digit;
            }
            return true;
        }

        private boolean one(ByteArrayOutputStream bytes) {
            bytes.write(point);
            return true;
        }

        private boolean add(ByteArrayOutputStream bytes) {
            if (point > 0x10FFFF || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE))
                return false;
            bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            return true;
        }
    }
}
