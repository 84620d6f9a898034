package dev.chasqui.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/// A JSON value. Numbers are equal if they are the same number, however they were written; objects whatever
/// the order of their members.
sealed interface Json {

    /// @param members in the order of the text
    record Obj(Map<String, Json> members) implements Json {}

    record Arr(List<Json> items) implements Json {}

    record Text(String value) implements Json {}

    record Num(BigDecimal value) implements Json {

        /// Beyond these the plain form would be mostly zeros.
        private static final int PLAIN = 40;

        public Num {
            value = value.stripTrailingZeros();
        }

        @Override
        public String toString() {
            return Math.abs(value.scale()) <= PLAIN ? value.toPlainString() : value.toString();
        }
    }

    record Bool(boolean value) implements Json {}

    enum Null implements Json {
        NULL
    }

    /// Whether there is nothing behind the point but zeros.
    static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0;
    }

    default String text(Spacing spacing) {
        StringBuilder out = new StringBuilder();
        write(out, spacing);
        return out.toString();
    }

    private void write(StringBuilder out, Spacing spacing) {
        switch (this) {
            case Obj(Map<String, Json> members) -> {
                String before = "{";
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    out.append(before).append(quoted(member.getKey())).append(spacing.colon());
                    member.getValue().write(out, spacing);
                    before = spacing.comma();
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
            case Arr(List<Json> items) -> {
                String before = "[";
                for (Json item : items) {
                    out.append(before);
                    item.write(out, spacing);
                    before = spacing.comma();
                }
                out.append(items.isEmpty() ? "[]" : "]");
            }
            case Text(String value) -> out.append(quoted(value));
            case Num number -> out.append(number);
            case Bool(boolean value) -> out.append(value);
            case Null.NULL -> out.append("null");
        }
    }

    /// The text as a JSON string in its quotes, with no escape that is not needed.
    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int escape = "\"\\\b\f\n\r\t".indexOf(c);
            if (escape >= 0) out.append('\\').append("\"\\bfnrt".charAt(escape));
            else if (c < ' ') out.append("\\u%04x".formatted((int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
