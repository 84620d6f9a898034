package dev.chasqui.json;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The formats of strings that are simple enough to be patterns.
final class Formats {

    /// Each month has its days, and 29 February its years.
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
            + "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";

    private static final String TIME =
            "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?" + "(?:Z|[+-](?:0[0-9]|1[0-7]):[0-5][0-9])";

    private static final String WORD = "[A-Za-z0-9]{1,30}";

    private static final Map<String, Regex> ALL = new TreeMap<>(Map.of(
            "date", regex(DATE),
            "time", regex(TIME),
            "date-time", regex(DATE + "T" + TIME),
            "uuid", regex("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
            "email",
                    regex(WORD + "(?:[._+-]" + WORD + "){0,4}@" + WORD + "(?:[.-]" + WORD
                            + "){0,4}\\.[A-Za-z]{2,10}")));

    private Formats() {}

    static Optional<Regex> named(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    static String names() {
        return String.join(", ", ALL.keySet());
    }

    private static Regex regex(String pattern) {
        try {
            return new Regex("^" + pattern + "$");
        } catch (PatternException e) {
            throw new AssertionError(e);
        }
    }
}
