package dev.chasqui.store;

import dev.chasqui.api.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What somebody found out about a model's files by trying them, and the right to find it out: one does among all
/// threads and processes that share the store. It counts for those files and the libraries they were tried with.
public final class ProbeNote {

    private static final Logger LOG = LoggerFactory.getLogger(ProbeNote.class);

    /// A smaller file is known by what it holds, wherever it lies; reading a larger one would take too long.
    private static final long KNOWN_BY_CONTENT = 4 << 20;

    private final Notes notes;
    private final String name;
    private final String files;
    private final boolean pinned;

    private ProbeNote(Notes notes, String name, String files, boolean pinned) {
        this.notes = notes;
        this.name = Notes.probe(name);
        this.files = files;
        this.pinned = pinned;
    }

    /// @param adapter is tried on top of the weights
    static ProbeNote of(Notes notes, Digest weights, Optional<Digest> adapter, boolean pinned) {
        return new ProbeNote(notes, adapter.orElse(weights).fileName(), weights.hex(), pinned);
    }

    /// Of a file that is in no store.
    ///
    /// @param folder where such notes are kept
    /// @throws IOException if the file cannot be read
    public static ProbeNote ofFile(Path gguf, Path folder) throws IOException {
        Notes notes = Notes.in(folder);
        if (Files.size(gguf) <= KNOWN_BY_CONTENT) {
            Digest digest = FileDigest.of(gguf, read -> {});
            return new ProbeNote(notes, digest.fileName(), digest.hex(), false);
        }
        Path real = gguf.toRealPath();
        Digest place = Digest.of(real.toString().getBytes(StandardCharsets.UTF_8));
        return new ProbeNote(notes, "file-" + place.hex(), Stamp.of(real).toString(), false);
    }

    /// Whether they are a model of this build's own catalogue, which was tried when it was put there.
    public boolean pinned() {
        return pinned;
    }

    /// @param natives the libraries; one line
    public Optional<String> read(String natives) {
        String head = head(natives);
        return notes.read(name).filter(text -> text.startsWith(head)).map(text -> text.substring(head.length()));
    }

    /// One that cannot be written is not remembered.
    public void write(String natives, String text) {
        notes.write(name, head(natives) + text);
    }

    private String head(String natives) {
        return natives + " " + files + "\n";
    }

    /// The file it is in; removing that forgets it.
    public Optional<Path> file() {
        return notes.file(name);
    }

    /// Runs a step while nobody else runs one for these files. Where no lock can be kept, it runs all the same.
    ///
    /// @param wanted answers `false` when nobody needs the result any more
    /// @return empty if that came before its turn
    public <T> Optional<T> alone(BooleanSupplier wanted, Step<T> step) throws InterruptedException {
        // One of 256: two files seldom share one, and the folder does not fill with locks.
        Optional<Path> lock = notes.file("probe-" + Integer.toHexString(name.hashCode() & 0xff) + ".lock");
        if (lock.isEmpty()) return Optional.of(step.run());
        Optional<FolderLock> held;
        try {
            held = FolderLock.hold(lock.get(), wanted);
        } catch (IOException e) {
            LOG.debug("{} cannot be held: {}", lock.get(), e.getMessage());
            return Optional.of(step.run());
        }
        if (held.isEmpty()) return Optional.empty();
        try {
            return Optional.of(step.run());
        } finally {
            close(held.get());
        }
    }

    private static void close(FolderLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.debug("a lock cannot be let go: {}", e.getMessage());
        }
    }

    /// What [#alone] runs.
    public interface Step<T> {
        T run() throws InterruptedException;
    }
}
