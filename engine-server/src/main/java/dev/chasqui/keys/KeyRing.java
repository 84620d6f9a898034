package dev.chasqui.keys;

import dev.chasqui.api.BackendException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The keys in force: whose a shown key is, and whether its rate allows another request. Safe to use from many
/// threads.
public final class KeyRing {

    private final KeyFile file;
    private final LongSupplier nanos;
    private volatile List<Held> held = List.of();

    /// A key and what its rate has left.
    private record Held(Key key, byte[] hash, Optional<Bucket> bucket) {}

    /// @throws BackendException if the file cannot be read
    public static KeyRing open(KeyFile file) {
        KeyRing ring = new KeyRing(file, System::nanoTime);
        ring.reload();
        return ring;
    }

    KeyRing(KeyFile file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
    }

    public int size() {
        return held.size();
    }

    /// Takes what the file says now. A key that stays keeps what its rate has left.
    ///
    /// @throws BackendException if the file cannot be read; then the keys are as they were
    public void reload() {
        Map<Key, Held> before = new HashMap<>();
        held.forEach(one -> before.put(one.key, one));
        held = file.read().stream()
                .map(key -> before.computeIfAbsent(
                        key,
                        fresh -> new Held(
                                key, ascii(key.hash()), key.rate().map(rate -> new Bucket(rate, nanos.getAsLong())))))
                .toList();
    }

    /// Whose key this is. Takes as long for one that is nearly right as for any other.
    public Optional<Key> find(String secret) {
        byte[] hash = ascii(KeyFile.hash(secret));
        Optional<Key> found = Optional.empty();
        for (Held one : held) {
            if (MessageDigest.isEqual(one.hash, hash)) found = Optional.of(one.key);
        }
        return found;
    }

    /// Counts a request against its key's rate.
    ///
    /// @return how long its holder must wait first; zero if the request may go on
    public Duration take(Key key) {
        return held.stream()
                .filter(one -> one.key.equals(key))
                .findFirst()
                .flatMap(Held::bucket)
                .map(bucket -> bucket.take(nanos.getAsLong()))
                .orElse(Duration.ZERO);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Fills evenly, up to the rate's number of requests.
    private static final class Bucket {

        private final Rate rate;
        private double tokens; // guarded by this
        private long filledAt; // guarded by this

        Bucket(Rate rate, long now) {
            this.rate = rate;
            this.tokens = rate.requests();
            this.filledAt = now;
        }

        synchronized Duration take(long now) {
            tokens = Math.min(rate.requests(), tokens + (now - filledAt) / rate.nanosEach());
            filledAt = now;
            if (tokens < 1) return Duration.ofNanos((long) Math.ceil((1 - tokens) * rate.nanosEach()));
            tokens -= 1;
            return Duration.ZERO;
        }
    }
}
