package dev.chasqui.store;

import dev.chasqui.api.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
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

    private final Path root;
    private final Optional<Path> cache;
    private final Disk disk;

    /// @param cache see [StoreSettings#cache]
    Notes(Path root, Optional<Path> cache, Disk disk) {
        this.root = root;
        this.cache = cache;
        this.disk = disk;
    }

    Optional<String> read(String name) {
        Optional<Path> file = folder().map(folder -> folder.resolve(name)).filter(Files::isRegularFile);
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
        Optional<Path> folder = folder();
        if (folder.isEmpty()) return;
        Path temporary = folder.get().resolve(UUID.randomUUID() + ".tmp");
        try {
            disk.folders(folder.get());
            disk.write(temporary, text.getBytes(StandardCharsets.UTF_8));
            disk.rename(temporary, folder.get().resolve(name));
        } catch (IOException e) {
            LOG.debug("{} cannot be written in {}: {}", name, folder.get(), e.getMessage());
            delete(temporary);
        }
    }

    void forget(String name) {
        folder().ifPresent(folder -> delete(folder.resolve(name)));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{} cannot be removed: {}", file, e.getMessage());
        }
    }

    /// Nothing is made for a store that is not there.
    private Optional<Path> folder() {
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
