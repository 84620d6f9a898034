package dev.chasqui.isolate;

import java.util.Optional;
import org.slf4j.event.Level;

/// A line of a child's log on its way to ours, in its output.
///
/// On the wire: a mark, the level's number, the logger's name, a mark, the message with its line feeds masked.
record LogLine(Level level, String logger, String message) {

    private static final char MARK = '\u0001';
    private static final char LINE_FEED = '\u0002';

    String encoded() {
        return MARK + "" + level.ordinal() + clean(logger) + MARK
                + clean(message).replace('\n', LINE_FEED);
    }

    private static String clean(String text) {
        return text.replace(MARK, ' ').replace(LINE_FEED, ' ').replace('\r', ' ');
    }

    /// @return empty if it is no line of a log
    static Optional<LogLine> parse(String line) {
        int end = line.indexOf(MARK, 1);
        if (line.length() < 3 || line.charAt(0) != MARK || end < 2) return Optional.empty();
        int level = line.charAt(1) - '0';
        if (level < 0 || level >= Level.values().length) return Optional.empty();
        return Optional.of(new LogLine(
                Level.values()[level],
                line.substring(2, end),
                line.substring(end + 1).replace(LINE_FEED, '\n')));
    }
}
