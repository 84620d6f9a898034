package dev.chasqui.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How long a model stays in memory after its last request.
///
/// @param duration zero unloads at once; empty keeps it for ever
public record KeepAlive(Optional<Duration> duration) {

    public static final KeepAlive FOREVER = new KeepAlive(Optional.empty());
    public static final KeepAlive UNLOAD = new KeepAlive(Optional.of(Duration.ZERO));
    /// Ollama's default.
    public static final KeepAlive FIVE_MINUTES = of(Duration.ofMinutes(5));

    /// A negative duration means for ever.
    public static KeepAlive of(Duration duration) {
        return duration.isNegative() ? FOREVER : new KeepAlive(Optional.of(duration));
    }

    /// Reads Ollama's forms: a number of seconds, or a Go duration such as `5m`, `1h30m`, `-1s`.
    ///
    /// @param value a Number or a String
    /// @throws BackendException in Ollama's words, for example `time: missing unit in duration "10"`
    public static KeepAlive parse(Object value) {
        return switch (value) {
            case Number seconds -> of(GoDuration.ofSeconds(seconds.doubleValue()));
            case String text -> of(GoDuration.parse(text));
            case Boolean flag -> throw BackendException.invalid("Unsupported type: 'bool'");
            default ->
                throw BackendException.invalid("keep_alive must be a number of seconds or a duration such as \"5m\"");
        };
    }

    public boolean unloads() {
        return duration.filter(Duration::isZero).isPresent();
    }

    public Optional<Instant> expiryFrom(Instant now) {
        return duration.map(now::plus);
    }

    /// As Ollama's clients write it: `5m0s`, or `-1` for ever.
    public String wire() {
        return duration.map(GoDuration::format).orElse("-1");
    }
}
