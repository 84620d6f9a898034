package dev.chasqui.store;

import dev.chasqui.api.Digest;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which files the gate let pass, as long as nobody touches them and the gate's limits are the same: judging a
/// vocabulary takes longer than a start of the engine may.
final class Sound {

    /// A smaller file is judged as quickly as a note about it is read.
    private static final long WORTH_A_NOTE = 1 << 19;

    private static final int MOST_REMEMBERED = 20_000;

    private final Notes notes;
    private final Map<Digest, String> seen = new ConcurrentHashMap<>();

    Sound(Notes notes) {
        this.notes = notes;
    }

    /// @throws GgufException if the gate refuses the file
    void require(Digest digest, Path file) {
        try {
            Stamp stamp = Stamp.of(file);
            GgufGate gate = GgufGate.standard();
            String verdict = stamp + "\n" + gate.fingerprint() + "\n";
            if (verdict.equals(seen.get(digest))) return;
            boolean noted = stamp.bytes() >= WORTH_A_NOTE
                    && notes.read(noteOf(digest)).filter(verdict::equals).isPresent();
            if (!noted) {
                gate.judge(file);
                if (!Stamp.of(file).equals(stamp)) throw new IOException("it was written to while it was read");
                if (stamp.bytes() >= WORTH_A_NOTE) notes.write(noteOf(digest), verdict);
            }
            if (seen.size() >= MOST_REMEMBERED) seen.clear();
            seen.put(digest, verdict);
        } catch (IOException e) {
            throw GgufException.unreadable(file, e);
        }
    }

    static String noteOf(Digest digest) {
        return digest.fileName() + ".gate";
    }
}
