package dev.chasqui.api;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Go's text form of a duration, which Ollama's clients send: a sequence of decimal numbers with units.
public final class GoDuration {

    private static final Map<String, Long> NANOS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "µs",
            1_000L,
            "μs",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);
    private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([a-zµμ]*)");
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /// @throws BackendException in Go's words if the text is no duration
    public static Duration parse(String text) {
        String rest = text;
        boolean negative = rest.startsWith("-");
        if (negative || rest.startsWith("+")) rest = rest.substring(1);
        if (rest.equals("0")) return Duration.ZERO;
        if (rest.isEmpty() || rest.length() > 100) throw invalid(text);

        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(rest);
        int end = 0;
        while (end < rest.length()) {
            if (!part.find(end) || part.start() != end) throw invalid(text);
            if (part.group(2).isEmpty()) {
                throw BackendException.invalid("time: missing unit in duration \"" + text + "\"");
            }
            Long unit = NANOS.get(part.group(2));
            if (unit == null) {
                throw BackendException.invalid(
                        "time: unknown unit \"" + part.group(2) + "\" in duration \"" + text + "\"");
            }
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
            end = part.end();
        }
        if (nanos.compareTo(MOST) > 0) throw invalid(text);
        return Duration.ofNanos(negative ? -nanos.longValue() : nanos.longValue());
    }

    /// Seconds beyond what Go's durations hold (292 years) are cut to that.
    ///
    /// @throws BackendException if the number is not finite
    public static Duration ofSeconds(double seconds) {
        if (!Double.isFinite(seconds)) {
            throw BackendException.invalid("keep_alive is " + seconds + "; expected a finite number of seconds");
        }
        return Duration.ofNanos((long) (seconds * 1e9)); // the cast saturates
    }

    /// As Go prints it: `1h30m0s`, `250ms`.
    public static String format(Duration duration) {
        if (duration.isZero()) return "0s";
        if (duration.isNegative()) return "-" + format(duration.negated());
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            long nanos = duration.toNanos();
            if (nanos >= 1_000_000) return decimal(nanos, 6) + "ms";
            return nanos >= 1_000 ? decimal(nanos, 3) + "µs" : nanos + "ns";
        }
        long hours = duration.toHours();
        String minutes = hours > 0 || duration.toMinutes() > 0 ? duration.toMinutesPart() + "m" : "";
        long secondNanos = duration.toSecondsPart() * 1_000_000_000L + duration.toNanosPart();
        return (hours > 0 ? hours + "h" : "") + minutes + decimal(secondNanos, 9) + "s";
    }

    private static String decimal(long value, int scale) {
        return BigDecimal.valueOf(value, scale).stripTrailingZeros().toPlainString();
    }

    private static BackendException invalid(String text) {
        return BackendException.invalid("time: invalid duration \"" + text + "\"");
    }
}
