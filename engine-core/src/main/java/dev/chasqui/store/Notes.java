package dev.chasqui.store;

import dev.chasqui.api.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Small files in which a store's processes tell each other what took time to find out. Any of them may be gone or
/// damaged: then it is found out again.
///
/// They are in the store's own `.chasqui` folder, so that they go where the store goes; where somebody else's store
/// cannot be written, in a cache of the user's.
final class Notes {

    private static final Logger LOG = LoggerFactory.getLogger(Notes.class);
    private static final int MOST_BYTES = 64 << 20;
    private static final String TEMPORARY = ".tmp";
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final Supplier<Optional<Path>> folder;
    private final Disk disk;

    private Notes(Supplier<Optional<Path>> folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /// @param cache see [StoreSettings#cache]
    static Notes ofStore(Path root, Optional<Path> cache, Disk disk) {
        return new Notes(() -> folder(root, cache), disk);
    }

    /// @param folder made when something is written
    static Notes in(Path folder) {
        return new Notes(() -> Optional.of(folder), Disk.REAL);
    }

    /// The name of what was found out about a file by trying it.
    static String probe(String name) {
        return name + ".probe";
    }

    /// Where the note is, or goes; nowhere if there is no folder for it.
    Optional<Path> file(String name) {
        return folder.get().map(there -> there.resolve(name));
    }

    Optional<String> read(String name) {
        Optional<Path> file = file(name).filter(Files::isRegularFile);
        if (file.isEmpty()) return Optional.empty();
        try (InputStream in = Files.newInputStream(file.get())) {
            byte[] bytes = in.readNBytes(MOST_BYTES);
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.debug("{} cannot be read: {}", file.get(), e.getMessage());
            return Optional.empty();
        }
    }

    /// Replaces what was there, all at once. One that cannot be written is not there: nobody depends on it.
    void write(String name, String text) {
        Optional<Path> there = folder.get();
        if (there.isEmpty()) return;
        Path temporary = there.get().resolve(UUID.randomUUID() + TEMPORARY);
        try {
            disk.folders(there.get());
            disk.write(temporary, text.getBytes(StandardCharsets.UTF_8));
            disk.rename(temporary, there.get().resolve(name));
        } catch (IOException e) {
            LOG.debug("{} cannot be written in {}: {}", name, there.get(), e.getMessage());
            delete(temporary);
        }
    }

    void forget(String name) {
        file(name).ifPresent(this::delete);
    }

    /// Removes what a killed process left half-written.
    void sweep() {
        folder.get().ifPresent(there -> {
            FileTime old = FileTime.from(Instant.now().minus(ABANDONED_AFTER));
            try {
                for (Path file : disk.list(there)) {
                    if (file.toString().endsWith(TEMPORARY) && Blobs.isOlder(file, old)) delete(file);
                }
            } catch (IOException e) {
                LOG.debug("{} cannot be swept: {}", there, e.getMessage());
            }
        });
    }

    private void delete(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.debug("{} cannot be removed: {}", file, e.getMessage());
        }
    }

    /// Nothing is made for a store that is not there.
    private static Optional<Path> folder(Path root, Optional<Path> cache) {
        Path own = root.resolve(ModelStore.OWN_FOLDER).resolve("notes");
        Path nearest = own;
        while (!Files.exists(nearest) && nearest.startsWith(root) && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        if (!nearest.startsWith(root)) return Optional.empty();
        if (Files.isWritable(nearest)) return Optional.of(own);
        String store =
                Digest.of(root.toString().getBytes(StandardCharsets.UTF_8)).hex();
        return cache.map(folder -> folder.resolve(store));
    }
}
