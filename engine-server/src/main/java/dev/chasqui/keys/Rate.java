package dev.chasqui.keys;

import dev.chasqui.api.BackendException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many requests a key may make.
///
/// @param requests 1 to 1,000,000; so many may also come at once
/// @param per      a second, a minute or an hour
public record Rate(int requests, Duration per) {

    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,5}|1000000)/([smh])");

    /// Reads `10/s`, `60/m`, `1000/h`.
    ///
    /// @throws BackendException if it is none
    public static Rate parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw BackendException.invalid(
                    "the rate is \"" + text + "\"; expected for example 10/s, 60/m or 1000/h, at most 1000000");
        }
        Duration per = switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
        return new Rate(Integer.parseInt(parts.group(1)), per);
    }

    /// Between two requests, if they come evenly.
    double nanosEach() {
        return (double) per.toNanos() / requests;
    }

    @Override
    public String toString() {
        return requests + "/" + (per.toSeconds() == 1 ? "s" : per.toSeconds() == 60 ? "m" : "h");
    }
}
