package dev.chasqui.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// Where files lie that belong to no model yet, while a long step works on them. What a killed process left is
/// removed a day later, by the next such step.
final class WorkFolder implements AutoCloseable {

    private static final String PREFIX = "work-";
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final Path folder;

    private WorkFolder(Path folder) {
        this.folder = folder;
    }

    /// @param parent on the file system of the store
    static WorkFolder make(Path parent) throws IOException {
        Files.createDirectories(parent);
        FileTime old = FileTime.from(Instant.now().minus(ABANDONED_AFTER));
        for (Path child : children(parent)) {
            boolean ours = child.getFileName().toString().startsWith(PREFIX);
            if (ours && Files.getLastModifiedTime(child).compareTo(old) < 0) remove(child);
        }
        return new WorkFolder(Files.createDirectory(parent.resolve(PREFIX + UUID.randomUUID())));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /// A name of its own for a file, so that it stays when others remove theirs; the file itself, where the file
    /// system has no such links.
    Path keep(Path file) throws IOException {
        try {
            return Files.createLink(file("kept.gguf"), file);
        } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
            if (Files.notExists(file)) throw e;
            return file;
        }
    }

    @Override
    public void close() throws IOException {
        remove(folder);
    }

    private static void remove(Path folder) throws IOException {
        for (Path file : children(folder)) Files.deleteIfExists(file);
        Files.deleteIfExists(folder);
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
