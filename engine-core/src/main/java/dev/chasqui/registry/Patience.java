package dev.chasqui.registry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long a registry is waited for, and how often it is asked again.
///
/// @param stall     the longest time without a byte
/// @param tries     how often one thing is asked for, `>= 1`; a try that brought much counts as none
/// @param firstWait before the second try; doubled before each further one
public record Patience(Duration stall, int tries, Duration firstWait) {

    public static final Patience DEFAULT = new Patience(Duration.ofSeconds(30), 6, Duration.ofSeconds(1));

    /// The longest wait a registry may ask for.
    static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    public Patience {
        if (tries < 1) throw new IllegalArgumentException("tries is " + tries + "; expected >= 1");
    }

    /// Between half and all of the doubled wait, so that many who failed together do not come back together.
    ///
    /// @param failures so far, `>= 1`
    Duration wait(int failures) {
        long most = firstWait.toMillis() << Math.min(failures - 1, 5);
        return Duration.ofMillis(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }
}
