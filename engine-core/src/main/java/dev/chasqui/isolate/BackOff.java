package dev.chasqui.isolate;

import java.time.Duration;

/// How long to wait before the next start: not at all at first, then half a second, and twice as long each time up to
/// half a minute. Whoever lived long begins anew.
final class BackOff {

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private int deaths;

    /// @param livedLong whether the one that just died had lived for a while
    Duration next(boolean livedLong) {
        if (livedLong) deaths = 0;
        int before = deaths++;
        if (before == 0) return Duration.ZERO;
        Duration wait = FIRST.multipliedBy(1L << Math.min(before - 1, 10));
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
