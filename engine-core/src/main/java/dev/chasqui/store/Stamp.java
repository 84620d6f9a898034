package dev.chasqui.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/// What tells a file from the one that was there before: one that was replaced has another key, one that was written
/// to another time or length.
///
/// @param key the file system's own number for it; the same for all where there is none
record Stamp(String key, FileTime modified, long bytes) {

    static Stamp of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(String.valueOf(attributes.fileKey()), attributes.lastModifiedTime(), attributes.size());
    }

    /// On one line, the same for the same file.
    @Override
    public String toString() {
        return bytes + " " + modified.toInstant() + " " + key;
    }
}
