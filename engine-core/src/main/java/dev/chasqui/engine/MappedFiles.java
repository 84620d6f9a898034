package dev.chasqui.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The files that a model in memory is mapped from, as they were when it was loaded.
///
/// Whoever writes to one changes what is computed, and where one is cut off the process dies of the next access
/// behind its end. A file that is removed or replaced by another of its name is no danger: what is mapped stays.
///
/// @param files empty for those that cannot be looked at, or that this system tells not apart
record MappedFiles(List<Seen> files) {

    /// @param key the file system's own number for it
    record Seen(Path path, Object key, long bytes, FileTime modified) {}

    static MappedFiles of(ModelSource.Files model) {
        List<Seen> seen = new ArrayList<>();
        look(model.weights()).ifPresent(seen::add);
        model.adapter().flatMap(MappedFiles::look).ifPresent(seen::add);
        return new MappedFiles(List.copyOf(seen));
    }

    /// What was done to one of them, in a sentence.
    Optional<String> change() {
        return files.stream().flatMap(seen -> change(seen).stream()).findFirst();
    }

    private static Optional<String> change(Seen before) {
        Seen now = look(before.path).orElse(before);
        if (!now.key.equals(before.key)) return Optional.empty();
        if (now.bytes != before.bytes) {
            return Optional.of(before.path + " has " + now.bytes + " bytes, and had " + before.bytes);
        }
        return now.modified.equals(before.modified)
                ? Optional.empty()
                : Optional.of(before.path + " was written to at " + now.modified);
    }

    private static Optional<Seen> look(Path file) {
        try {
            BasicFileAttributes its = Files.readAttributes(file, BasicFileAttributes.class);
            @Nullable Object key = its.fileKey();
            return key == null
                    ? Optional.empty()
                    : Optional.of(new Seen(file, key, its.size(), its.lastModifiedTime()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
