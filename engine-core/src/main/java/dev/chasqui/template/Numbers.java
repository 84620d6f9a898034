package dev.chasqui.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Numbers as Go reads and writes them.
final class Numbers {

    private static final Pattern INTEGER =
            Pattern.compile("[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO](_?[0-7])+|0(_?[0-7])*|[1-9](_?[0-9])*)");
    private static final Pattern FLOAT = Pattern.compile("[+-]?(([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?"
            + "|0[xX]([0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)");
    private static final Pattern FLOAT_SIGN = Pattern.compile("[.eEpP]");
    private static final Pattern HEX_INTEGER = Pattern.compile("0[xX][^pP]+");
    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);

    private static final int LONGEST = 100; // the patterns recurse

    private Numbers() {}

    /// @param error makes the exception for a text that is no number, or one that is too large
    static Value parse(String text, Function<String, TemplateException> error) {
        if (text.length() > LONGEST) throw error.apply("a number of " + text.length() + " characters");
        boolean looksFloat = FLOAT_SIGN.matcher(text).find();
        if (INTEGER.matcher(text).matches()) {
            BigInteger integer = integer(text.replace("_", ""));
            if (integer.compareTo(LARGEST) > 0 || integer.compareTo(SMALLEST) < 0) {
                throw error.apply("integer overflow: " + Quoting.quote(text));
            }
            boolean isInt = !looksFloat || HEX_INTEGER.matcher(text).matches();
            return isInt ? Value.Int.of(integer.longValue()) : new Value.Float(integer.doubleValue());
        }
        double value = FLOAT.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!Double.isFinite(value)) throw error.apply("illegal number syntax: " + Quoting.quote(text));
        if (!looksFloat) throw error.apply("integer overflow: " + Quoting.quote(text));
        return new Value.Float(value);
    }

    private static BigInteger integer(String text) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        String prefix = digits.length() < 2 ? "" : digits.substring(0, 2).toLowerCase(Locale.ROOT);
        BigInteger value = switch (prefix) {
            case "0x" -> new BigInteger(digits.substring(2), 16);
            case "0b" -> new BigInteger(digits.substring(2), 2);
            case "0o" -> new BigInteger(digits.substring(2), 8);
            default -> new BigInteger(digits, digits.startsWith("0") ? 8 : 10);
        };
        return text.startsWith("-") ? value.negate() : value;
    }

    /// As `%v` and `%g` write it: the shortest text that reads back the same.
    ///
    /// @param e stands before an exponent
    static String shortest(double value, char e) {
        if (value == 0) return sign(value) + "0";
        BigDecimal digits = digits(value);
        int exponent = exponent(digits);
        if (exponent >= -4 && exponent < 6) return digits.toPlainString();
        return scientific(digits, e);
    }

    /// As JSON has it.
    static String json(double value) {
        if (value == 0) return sign(value) + "0";
        double size = Math.abs(value);
        BigDecimal digits = digits(value);
        if (size >= 1e-6 && size < 1e21) return digits.toPlainString();
        String text = scientific(digits, 'e');
        return text.replaceFirst("e-0(\\d)$", "e-$1");
    }

    /// As `%f` writes it.
    static String fixed(double value, int precision) {
        String text = new BigDecimal(value)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return text.startsWith("-") ? text : sign(value) + text;
    }

    /// As `%e` writes it.
    static String scientific(double value, int precision, char e) {
        if (value == 0) return sign(value) + "0" + (precision > 0 ? "." + "0".repeat(precision) : "") + e + "+00";
        BigDecimal exact = new BigDecimal(value).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int missing = precision + 1 - exact.precision();
        return scientific(exact.setScale(exact.scale() + missing, RoundingMode.UNNECESSARY), e);
    }

    /// As `%g` writes it with a precision.
    static String general(double value, int precision, char e) {
        if (value == 0) return sign(value) + "0";
        int most = Math.max(precision, 1);
        BigDecimal digits = new BigDecimal(value)
                .round(new MathContext(most, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
        int exponent = exponent(digits);
        boolean plain = exponent >= -4 && exponent < most;
        return plain ? digits.toPlainString() : scientific(digits, e);
    }

    /// The fewest digits that tell this double from its neighbours. The JDK gives at least two.
    private static BigDecimal digits(double value) {
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal one =
                digits.round(new MathContext(1, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        return one.doubleValue() == value ? one : digits;
    }

    private static int exponent(BigDecimal digits) {
        return digits.precision() - digits.scale() - 1;
    }

    private static String scientific(BigDecimal digits, char e) {
        String all = digits.unscaledValue().abs().toString();
        int exponent = exponent(digits);
        String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : String.valueOf(Math.abs(exponent));
        String fraction = all.length() == 1 ? "" : "." + all.substring(1);
        return (digits.signum() < 0 ? "-" : "") + all.charAt(0) + fraction + e + (exponent < 0 ? "-" : "+") + size;
    }

    private static String sign(double value) {
        return 1 / value < 0 ? "-" : "";
    }
}
