package dev.chasqui.http;

import dev.chasqui.keys.Key;
import dev.chasqui.keys.KeyRing;
import dev.chasqui.keys.Role;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks callers for their keys: `Authorization: Bearer KEY`. Who shows wrong ones again and again is answered late,
/// and only the last [#MOST_OFFENDERS] addresses of such callers are remembered.
final class Callers {

    private static final Logger LOG = LoggerFactory.getLogger(Callers.class);
    private static final String BEARER = "Bearer ";
    private static final int LONGEST_KEY = 512;
    private static final int MOST_OFFENDERS = 1_000;
    private static final int FREE_MISTAKES = 5;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);
    private static final int DELAY_MILLIS = 1_000;

    /// Why a caller is not served.
    ///
    /// @param retryAfter  seconds
    /// @param delayMillis to wait before it is told
    record Denial(int status, String message, OptionalLong retryAfter, int delayMillis) {}

    /// Wrong keys from one address.
    private record Offence(int mistakes, long lastNanos) {}

    private final KeyRing keys;
    private final Seldom warnings = new Seldom(Duration.ofSeconds(10));

    @SuppressWarnings("serial") // never serialized
    private final Map<String, Offence> offences = new LinkedHashMap<>(16, 0.75f, true) { // guarded by this
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Offence> eldest) {
                    return size() > MOST_OFFENDERS;
                }
            };

    Callers(KeyRing keys) {
        this.keys = keys;
    }

    /// @param needed empty where no key is
    /// @return why not; empty if the caller may
    Optional<Denial> judge(HttpServerRequest request, Optional<Role> needed) {
        if (needed.isEmpty()) return Optional.empty();
        String shown = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (shown == null || !shown.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(new Denial(
                    401,
                    "unauthorized: this server asks for a key, as Authorization: Bearer KEY (OLLAMA_API_KEY)",
                    OptionalLong.empty(),
                    0));
        }
        String secret = shown.substring(BEARER.length()).strip();
        Optional<Key> found = secret.length() > LONGEST_KEY ? Optional.empty() : keys.find(secret);
        return found.isPresent()
                ? judge(found.get(), needed.get())
                : Optional.of(wrong(request.remoteAddress().hostAddress()));
    }

    private Optional<Denial> judge(Key key, Role needed) {
        if (!key.role().may(needed)) {
            return Optional.of(new Denial(
                    403,
                    "forbidden: the key " + key.name() + " has the role " + key.role() + "; this needs " + needed,
                    OptionalLong.empty(),
                    0));
        }
        Duration wait = keys.take(key);
        if (wait.isZero()) return Optional.empty();
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        String rate = key.rate().map(String::valueOf).orElse("");
        return Optional.of(new Denial(
                429,
                "too many requests: the key " + key.name() + " may make " + rate + "; try again in " + seconds + " s",
                OptionalLong.of(seconds),
                0));
    }

    private synchronized Denial wrong(String address) {
        long now = System.nanoTime();
        Offence before = offences.getOrDefault(address, new Offence(0, now));
        boolean again = now - before.lastNanos < FORGOTTEN_AFTER.toNanos();
        int mistakes = again ? Math.min(before.mistakes, FREE_MISTAKES) + 1 : 1;
        offences.put(address, new Offence(mistakes, now));
        if (warnings.now()) LOG.warn("a wrong key from {}", address);
        return new Denial(
                401,
                "unauthorized: this server does not know that key",
                OptionalLong.empty(),
                mistakes > FREE_MISTAKES ? DELAY_MILLIS : 0);
    }
}
