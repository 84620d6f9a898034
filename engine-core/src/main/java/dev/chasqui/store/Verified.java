package dev.chasqui.store;

import dev.chasqui.api.Digest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which files were read whole and hold what their names say, as long as nobody touches them.
///
/// What this process has read counts until it ends. What another has read, or wrote itself, counts for a time: a disk
/// may lose bits without anybody's doing.
final class Verified {

    /// A smaller file is read again as quickly as a note about it.
    private static final long WORTH_A_NOTE = 1 << 19;

    private static final int MOST_REMEMBERED = 20_000;

    private final Map<Digest, Stamp> seen = new ConcurrentHashMap<>();
    private final Notes notes;
    private final Duration trust;
    private final Clock clock;

    Verified(Notes notes, Duration trust, Clock clock) {
        this.notes = notes;
        this.trust = trust;
        this.clock = clock;
    }

    /// @param stamp what the file is now
    boolean is(Digest digest, Stamp stamp) {
        if (stamp.equals(seen.get(digest))) return true;
        if (stamp.bytes() < WORTH_A_NOTE || !wasReadWithin(trust, digest, stamp)) return false;
        remember(digest, stamp);
        return true;
    }

    /// @param stamp what the file was before it was read and after, or when it had been written
    void note(Digest digest, Stamp stamp) {
        remember(digest, stamp);
        if (stamp.bytes() >= WORTH_A_NOTE) notes.write(digest.fileName(), stamp + "\n" + clock.instant() + "\n");
    }

    void forget(Digest digest) {
        seen.remove(digest);
        notes.forget(digest.fileName());
        notes.forget(Notes.probe(digest.fileName()));
        notes.forget(Sound.noteOf(digest));
    }

    private void remember(Digest digest, Stamp stamp) {
        if (seen.size() >= MOST_REMEMBERED) seen.clear();
        seen.put(digest, stamp);
    }

    /// Whether any process has noted that it read the file so lately.
    boolean wasReadWithin(Duration time, Digest digest, Stamp stamp) {
        String[] lines = notes.read(digest.fileName()).orElse("").split("\n");
        if (lines.length != 2 || !lines[0].equals(stamp.toString())) return false;
        try {
            Duration since =
                    Duration.between(Instant.parse(lines[1]), clock.instant()).abs();
            return since.compareTo(time) < 0;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
