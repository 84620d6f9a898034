package dev.chasqui.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongFunction;

/// How far one piece of long work is: a line of a terminal. Work without a measure is only its name.
final class Bar {

    /// Rates are of this last time, so that they follow the network and do not jump.
    private static final long WINDOW_NANOS = 10_000_000_000L;

    private static final int SHORTEST = 5;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private record Sample(long nanos, long done) {}

    private final String name;
    private final LongFunction<String> unit;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long done;
    private long total;
    private String note = "";

    /// @param unit writes an amount with its unit
    Bar(String name, LongFunction<String> unit) {
        this.name = name;
        this.unit = unit;
    }

    String name() {
        return name;
    }

    /// @param nanos when that is, on any clock that does not go back
    void at(long done, long total, long nanos) {
        this.done = Math.clamp(done, 0, Math.max(0, total));
        this.total = total;
        if (!samples.isEmpty() && done < samples.getLast().done()) samples.clear(); // it began anew
        samples.addLast(new Sample(nanos, done));
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) samples.removeFirst();
    }

    /// Something to say behind the bar, instead of a rate.
    void note(String note) {
        this.note = note;
    }

    boolean isOver() {
        return done >= total;
    }

    /// Said once, where nothing can be drawn anew.
    String plain() {
        return total > 0 ? name + " (" + unit.apply(total) + ")" : name;
    }

    /// At most so many characters.
    String line(int width) {
        if (total <= 0) return cut(name, width);
        String left = name + ": " + String.format(Locale.ROOT, "%3d%%", 100 * done / total);
        String right = right();
        int room = width - left.length() - right.length() - 4;
        if (room < SHORTEST) return cut(left + " " + right, width);
        return left + " ▕" + filled(room) + "▏ " + right;
    }

    private String right() {
        if (!note.isEmpty()) return unit.apply(done) + "/" + unit.apply(total) + "  " + note;
        if (isOver()) return unit.apply(total);
        double rate = perSecond();
        String speed = rate > 0 ? unit.apply((long) rate) + "/s" : "";
        String left = rate > 0 ? left(Duration.ofMillis((long) ((total - done) * 1000 / rate))) : "";
        return String.format(Locale.ROOT, "%17s %10s %7s", unit.apply(done) + "/" + unit.apply(total), speed, left);
    }

    private double perSecond() {
        if (samples.size() < 2) return 0;
        long time = samples.getLast().nanos() - samples.getFirst().nanos();
        return time <= 0 ? 0 : (samples.getLast().done() - samples.getFirst().done()) * 1e9 / time;
    }

    private static String left(Duration time) {
        if (time.toHours() > 99) return "99h+";
        if (time.toHours() > 0) return time.toHours() + "h" + time.toMinutesPart() + "m";
        if (time.toMinutes() > 0) return time.toMinutes() + "m" + time.toSecondsPart() + "s";
        return time.toSeconds() + "s";
    }

    private String filled(int room) {
        long eighths = (long) (8.0 * room * done / total);
        int whole = (int) (eighths / 8);
        if (whole >= room) return "█".repeat(room);
        return "█".repeat(whole) + EIGHTHS.charAt((int) (eighths % 8)) + " ".repeat(room - whole - 1);
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }
}
