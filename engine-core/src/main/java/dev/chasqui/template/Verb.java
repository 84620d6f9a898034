package dev.chasqui.template;

import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalInt;

/// A verb of `printf` with its flags, for example `%-8.3f`, and what it makes of each kind of value.
///
/// @param letter    `v`, `s`, `d` …
/// @param flags     of `+`, `-`, `#`, space and `0`
/// @param width     to pad to, in characters
/// @param precision digits behind the point, or characters of a text
record Verb(char letter, String flags, OptionalInt width, OptionalInt precision) {

    static final Verb PLAIN = new Verb('v', "", OptionalInt.empty(), OptionalInt.empty());

    /// @throws EvaluationException if it is one of those that are not supported here
    Verb {
        if (letter == 'p') throw new EvaluationException("%p is not supported");
        if (letter == 'v' && flags.contains("#")) throw new EvaluationException("%#v is not supported");
    }

    /// Whether a type's own text is written with this verb.
    boolean takesText() {
        return "vsxXq".indexOf(letter) >= 0;
    }

    boolean namesFields() {
        return letter == 'v' && flags.contains("+");
    }

    String nothing() {
        return letter == 'v' ? pad("<nil>") : "%!" + letter + "(<nil>)";
    }

    String typeOf(Value value) {
        return pad(value instanceof Value.Nothing ? "<nil>" : value.type().name());
    }

    String bool(boolean value) {
        return letter == 'v' || letter == 't' ? pad(String.valueOf(value)) : wrong("bool", plain().bool(value));
    }

    String text(String value) {
        String cut = cut(value);
        return switch (letter) {
            case 'v', 's' -> pad(cut);
            case 'q' -> pad(quoted(cut));
            case 'x', 'X' -> pad(hex(Utf8.bytes(value)));
            default -> wrong("string", plain().text(value));
        };
    }

    String integer(Value.Int integer) {
        long value = integer.value();
        return switch (letter) {
            case 'v', 'd' -> digits(value, 10, "");
            case 'b' -> digits(value, 2, has('#') ? "0b" : "");
            case 'o' -> digits(value, 8, has('#') ? "0" : "");
            case 'O' -> digits(value, 8, "0o");
            case 'x' -> digits(value, 16, has('#') ? "0x" : "");
            case 'X' -> digits(value, 16, has('#') ? "0X" : "").toUpperCase(Locale.ROOT);
            case 'c' -> pad(Character.toString(point(value)));
            case 'q' -> pad(Quoting.quote(Character.toString(point(value)), '\'', has('+')));
            case 'U' -> pad(unicode(value));
            default -> wrong(integer.type().name(), plain().integer(integer));
        };
    }

    String number(double value) {
        if (has('#')) throw new EvaluationException("%#" + letter + " is not supported for numbers");
        char e = Character.isUpperCase(letter) ? 'E' : 'e';
        return switch (letter) {
            case 'v', 'g', 'G' ->
                signed(
                        precision.isPresent()
                                ? Numbers.general(value, precision.getAsInt(), e)
                                : Numbers.shortest(value, e));
            case 'f', 'F' -> signed(Numbers.fixed(value, precision.orElse(6)));
            case 'e', 'E' -> signed(Numbers.scientific(value, precision.orElse(6), e));
            case 'b', 'x', 'X' -> throw new EvaluationException("%" + letter + " is not supported for numbers");
            default -> wrong("float64", plain().number(value));
        };
    }

    /// How a value is shown in a complaint about it.
    private Verb plain() {
        return new Verb('v', flags.replace("#", ""), width, precision);
    }

    private String wrong(String type, String value) {
        return "%!" + letter + "(" + type + "=" + value + ")";
    }

    /// `%+v` names fields, and asks for no signs.
    private boolean has(char flag) {
        return flags.indexOf(flag) >= 0 && !(flag == '+' && letter == 'v');
    }

    private boolean zeros() {
        return has('0') && !has('-');
    }

    private String cut(String text) {
        if (precision.isEmpty() || text.codePointCount(0, text.length()) <= precision.getAsInt()) return text;
        return text.substring(0, text.offsetByCodePoints(0, precision.getAsInt()));
    }

    private String quoted(String text) {
        boolean raw =
                has('#') && text.indexOf('`') < 0 && text.chars().noneMatch(c -> (c < ' ' && c != '\t') || c == 0x7f);
        return raw ? "`" + text + "`" : Quoting.quote(text, '"', has('+'));
    }

    private String hex(byte[] bytes) {
        String prefix = has('#') ? "0" + letter : "";
        HexFormat format = has(' ') ? HexFormat.ofDelimiter(" ").withPrefix(prefix) : HexFormat.of();
        int shown = Math.min(bytes.length, precision.orElse(bytes.length));
        String hex = (letter == 'x' ? format : format.withUpperCase()).formatHex(bytes, 0, shown);
        return has(' ') || shown == 0 ? hex : prefix + hex;
    }

    private String digits(long value, int radix, String prefix) {
        if (value == 0 && precision.equals(OptionalInt.of(0))) return pad("", false);
        String sign = value < 0 ? "-" : has('+') ? "+" : has(' ') ? " " : "";
        String digits = Long.toString(value, radix).replace("-", "");
        int least = precision.orElse(zeros() && width.isPresent() ? width.getAsInt() - sign.length() : 0);
        String zeros = "0".repeat(Math.max(0, least - digits.length()));
        boolean octalHasZero = prefix.equals("0") && (zeros + digits).startsWith("0");
        return pad(sign + (octalHasZero ? "" : prefix) + zeros + digits, false);
    }

    private static int point(long value) {
        boolean valid = Character.isValidCodePoint((int) value) && value == (int) value;
        return valid && !(value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE) ? (int) value : 0xFFFD;
    }

    private String unicode(long value) {
        String hex = Long.toHexString(value).toUpperCase(Locale.ROOT);
        String text = "U+" + "0".repeat(Math.max(0, Math.max(4, precision.orElse(4)) - hex.length())) + hex;
        boolean shown = has('#') && value == (int) value && Quoting.isPrintable((int) value);
        return shown ? text + " '" + Character.toString((int) value) + "'" : text;
    }

    private String signed(String number) {
        String sign = number.startsWith("-") ? "-" : has('+') ? "+" : has(' ') ? " " : "";
        String size = number.startsWith("-") ? number.substring(1) : number;
        if (!zeros() || sign.isEmpty() || width.isEmpty()) return pad(sign + size);
        return sign + "0".repeat(Math.max(0, width.getAsInt() - sign.length() - size.length())) + size;
    }

    private String pad(String text) {
        return pad(text, zeros());
    }

    private String pad(String text, boolean zeros) {
        int missing = width.orElse(0) - text.codePointCount(0, text.length());
        if (missing <= 0) return text;
        if (has('-')) return text + " ".repeat(missing);
        return (zeros ? "0" : " ").repeat(missing) + text;
    }
}
