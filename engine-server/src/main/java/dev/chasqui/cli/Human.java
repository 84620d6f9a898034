package dev.chasqui.cli;

import java.time.Duration;
import java.time.Instant;

/// Sizes and times in Ollama's words.
final class Human {

    private static final String[] UNITS = {"KB", "MB", "GB", "TB"};

    private Human() {}

    /// Decimal units, one decimal below ten: `270 MB`, `1.9 GB`.
    static String bytes(long bytes) {
        if (bytes < 1000) return bytes + " B";
        double value = bytes / 1000.0;
        int unit = 0;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        if (value >= 10 || value == Math.floor(value)) return (long) value + " " + UNITS[unit];
        long tenths = (long) Math.rint(value * 10); // a list has thousands of them, and String.format takes its time
        return tenths / 10 + "." + tenths % 10 + " " + UNITS[unit];
    }

    /// For example `3 days ago`, `4 minutes from now`.
    static String when(Instant time, Instant now) {
        Duration since = Duration.between(time, now);
        return since.isNegative() ? span(since.negated()) + " from now" : span(since) + " ago";
    }

    private static String span(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 1) return "Less than a second";
        if (seconds == 1) return "1 second";
        if (seconds < 60) return seconds + " seconds";
        long minutes = span.toMinutes();
        if (minutes == 1) return "About a minute";
        if (minutes < 60) return minutes + " minutes";
        long hours = Math.round(seconds / 3600.0);
        if (hours == 1) return "About an hour";
        if (hours < 48) return hours + " hours";
        if (hours < 24 * 7 * 2) return hours / 24 + " days";
        if (hours < 24 * 30 * 2) return hours / 24 / 7 + " weeks";
        if (hours < 24 * 365 * 2) return hours / 24 / 30 + " months";
        return span.toDays() / 365 + " years";
    }
}
