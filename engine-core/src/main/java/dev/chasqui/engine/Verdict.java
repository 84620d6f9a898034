package dev.chasqui.engine;

import dev.chasqui.probe.ProbeResult;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What is remembered of a model's files that were tried in a throwaway process.
///
/// @param lived  whether they can be loaded here
/// @param hung   whether they were too slow, which a machine may be to blame for
/// @param reason why they cannot, on one line; empty text if they can
/// @param at     when they were tried
record Verdict(boolean lived, boolean hung, String reason, Instant at) {

    /// How long somebody who was too slow is not tried again.
    static final Duration HUNG_COUNTS_FOR = Duration.ofHours(1);

    private static final String LIVED = "lived";
    private static final String HUNG = "hung";
    private static final String DIED = "died";

    /// What a try says about the files, if it does.
    static Optional<Verdict> of(ProbeResult result, Instant now) {
        return switch (result.fate()) {
            case LIVED -> Optional.of(new Verdict(true, false, "", now));
            case HUNG -> Optional.of(new Verdict(false, true, result.reason(), now));
            case DIED -> Optional.of(new Verdict(false, false, result.reason(), now));
            case REFUSED, NOT_TRIED, GIVEN_UP -> Optional.empty();
        };
    }

    /// @return empty if the text is no verdict, or one that does not count any more
    static Optional<Verdict> parse(String text, Instant now) {
        String[] words = text.strip().split(" ", 3);
        if (words.length < 2) return Optional.empty();
        try {
            Instant at = Instant.parse(words[1]);
            String reason = words.length == 3 ? words[2] : "";
            return switch (words[0]) {
                case LIVED -> Optional.of(new Verdict(true, false, "", at));
                case DIED -> Optional.of(new Verdict(false, false, reason, at));
                case HUNG ->
                    Optional.of(new Verdict(false, true, reason, at))
                            .filter(verdict -> Duration.between(at, now).abs().compareTo(HUNG_COUNTS_FOR) < 0);
                default -> Optional.empty();
            };
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        String word = lived ? LIVED : hung ? HUNG : DIED;
        return word + " " + at + " " + reason.replaceAll("\\s+", " ") + "\n";
    }
}
