package dev.chasqui.api;

import java.time.Duration;

/// How a client behaves towards a backend: how long it waits, how often it tries, what it asks for where a request
/// is silent, and what it leaves out of an answer.
///
/// @param timeout      for a call with all its tries, for requests without a deadline of their own; above zero
/// @param temperature  for requests that give none; `>= 0`
/// @param tries        at most, `1` to `10`. Another one is made when the backend cannot be reached, fails or is
///                     overloaded, as long as no piece of an answer was given
/// @param firstPause   before the second try; each later one is twice as long
/// @param stripsThinking whether `<think>…</think>` in an answer's text is left out; what a backend itself gives as
///                     thinking stays where it is
public record ClientPolicy(
        Duration timeout, double temperature, int tries, Duration firstPause, boolean stripsThinking) {

    /// The deployment guide's client: 90 s, 0.7, 3 tries after 1 s and 2 s, no thinking.
    public static final ClientPolicy GUIDE =
            new ClientPolicy(Duration.ofSeconds(90), 0.7, 3, Duration.ofSeconds(1), true);

    private static final int MOST_TRIES = 10;

    /// @throws BackendException if a value is outside its range; the message names it
    public ClientPolicy {
        if (!timeout.isPositive()) {
            throw BackendException.invalid("timeout is " + timeout.toMillis() + " ms; expected more than 0");
        }
        if (!(temperature >= 0 && Double.isFinite(temperature))) {
            throw BackendException.invalid("temperature is " + temperature + "; expected a finite number >= 0");
        }
        if (tries < 1 || tries > MOST_TRIES) {
            throw BackendException.invalid("tries is " + tries + "; expected 1 to " + MOST_TRIES);
        }
        if (firstPause.isNegative()) {
            throw BackendException.invalid("firstPause is " + firstPause.toMillis() + " ms; expected >= 0");
        }
    }

    public ClientPolicy withTimeout(Duration timeout) {
        return new ClientPolicy(timeout, temperature, tries, firstPause, stripsThinking);
    }

    public ClientPolicy withTemperature(double temperature) {
        return new ClientPolicy(timeout, temperature, tries, firstPause, stripsThinking);
    }

    public ClientPolicy withTries(int tries, Duration firstPause) {
        return new ClientPolicy(timeout, temperature, tries, firstPause, stripsThinking);
    }

    public ClientPolicy withStripsThinking(boolean stripsThinking) {
        return new ClientPolicy(timeout, temperature, tries, firstPause, stripsThinking);
    }

    /// The pause after so many failed tries.
    Duration pause(int failed) {
        return firstPause.multipliedBy(1L << (failed - 1));
    }
}
