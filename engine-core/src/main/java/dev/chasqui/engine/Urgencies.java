package dev.chasqui.engine;

import dev.chasqui.schedule.Urgency;
import java.time.Duration;

/// A caller's deadline on the scheduler's clock.
final class Urgencies {

    private static final Duration LONGEST = Duration.ofDays(365);

    private Urgencies() {}

    /// @param startedAt when the request came, by [System#nanoTime]
    static Urgency from(long startedAt, dev.chasqui.api.Urgency urgency) {
        long deadline = urgency.deadline()
                .map(given -> given.compareTo(LONGEST) > 0 ? LONGEST : given)
                .map(given -> startedAt + given.toNanos())
                .orElse(Urgency.NEVER);
        return new Urgency(urgency.priority(), deadline);
    }
}
