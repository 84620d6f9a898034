package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of names: `<host>/<namespace>/<model>/<tag>`, each a small JSON file.
final class Manifests {

    private static final Logger LOG = LoggerFactory.getLogger(Manifests.class);

    /// From here on more than one core pays.
    static final int MANY = 200;

    private static final String TEMPORARY = ".chasqui-";

    private final Path folder;
    private final Disk disk;
    private final Folders folders;

    Manifests(Path folder, Disk disk, Folders folders) {
        this.folder = folder;
        this.disk = disk;
        this.folders = folders;
    }

    /// A name and the file that carries it.
    record Entry(ModelName name, Path file) {}

    /// Every name in the store, where each folder is listed anew. What is no name is foreign and left alone.
    List<Entry> entries() {
        return entries(folders::list);
    }

    /// As [#entries], and nothing is left out.
    ///
    /// @throws IOException if a folder cannot be listed
    List<Entry> all() throws IOException {
        try {
            return entries(folder -> {
                try {
                    return folders.read(folder);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// As [#entries], where folders that did not change are not listed again.
    List<Entry> known() {
        return entries(folders::contents);
    }

    private List<Entry> entries(Function<Path, Folders.Contents> look) {
        List<Path> models = new ArrayList<>();
        for (Path host : look.apply(folder).folders()) {
            for (Path namespace : look.apply(host).folders())
                models.addAll(look.apply(namespace).folders());
        }
        Stream<Path> each = models.size() < MANY ? models.stream() : models.parallelStream();
        return each.flatMap(model -> look.apply(model).files().stream())
                .flatMap(tag -> entry(tag).stream())
                .toList();
    }

    private static Optional<Entry> entry(Path tag) {
        Path model = parent(tag);
        Path namespace = parent(model);
        try {
            return Optional.of(
                    new Entry(new ModelName(last(parent(namespace)), last(namespace), last(model), last(tag)), tag));
        } catch (BackendException e) {
            LOG.debug("{} is no model's name and left alone", tag);
            return Optional.empty();
        }
    }

    /// The entry of that name, whatever its case.
    Optional<Entry> find(ModelName name) {
        Path exact = path(name);
        if (Files.isRegularFile(exact) && insideRealFolders(exact)) return Optional.of(new Entry(name, exact));
        return named(folder, name.host())
                .flatMap(host -> named(host, name.namespace())
                        .flatMap(namespace -> named(namespace, name.model())
                                .flatMap(model -> folders.contents(model).files().stream()
                                        .filter(tag -> last(tag).equalsIgnoreCase(name.tag()))
                                        .flatMap(tag -> entry(tag).stream()))))
                .findFirst();
    }

    private Stream<Path> named(Path parent, String name) {
        return folders.contents(parent).folders().stream()
                .filter(child -> last(child).equalsIgnoreCase(name));
    }

    /// The folder of the model in which the name's file is.
    static Path modelFolder(Entry entry) {
        return parent(entry.file());
    }

    byte[] read(Entry entry) throws IOException {
        try (InputStream in = Files.newInputStream(entry.file())) {
            byte[] bytes = in.readNBytes(Manifest.MOST_BYTES + 1);
            if (bytes.length > Manifest.MOST_BYTES) {
                throw BackendException.invalid("it has more than " + Manifest.MOST_BYTES + " bytes");
            }
            return bytes;
        }
    }

    /// Makes or replaces the name, all at once.
    void write(ModelName name, byte[] json) throws IOException {
        Path target = find(name).map(Entry::file).orElse(path(name));
        disk.folders(parent(target));
        Path temporary = folder.resolve(TEMPORARY + UUID.randomUUID() + ".tmp");
        try {
            disk.write(temporary, json);
            disk.rename(temporary, target);
        } catch (IOException | RuntimeException e) {
            try {
                disk.delete(temporary);
                removeEmptyFolders(target);
            } catch (IOException second) {
                e.addSuppressed(second); // it is swept by the next step that writes
            }
            throw e;
        }
    }

    /// Removes what a killed process left. Call only with the store's lock held.
    void clearTemporaries() throws IOException {
        for (Path file : disk.list(folder)) {
            if (last(file).startsWith(TEMPORARY)) disk.delete(file);
        }
    }

    void delete(Entry entry) throws IOException {
        if (disk.delete(entry.file())) disk.settle(parent(entry.file()));
        try {
            removeEmptyFolders(entry.file());
        } catch (IOException e) {
            LOG.debug("an empty folder stays: {}", e.getMessage());
        }
    }

    private void removeEmptyFolders(Path file) throws IOException {
        for (Path at = parent(file); !at.equals(folder) && at.startsWith(folder); at = parent(at)) {
            if (!disk.list(at).isEmpty()) return;
            try {
                disk.delete(at);
            } catch (DirectoryNotEmptyException e) {
                return; // somebody put a file there just now
            }
        }
    }

    private boolean insideRealFolders(Path file) {
        for (Path at = parent(file); !at.equals(folder); at = parent(at)) {
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) return false;
        }
        return true;
    }

    private Path path(ModelName name) {
        return folder.resolve(name.host())
                .resolve(name.namespace())
                .resolve(name.model())
                .resolve(name.tag());
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static String last(Path path) {
        return String.valueOf(path.getFileName());
    }
}
