package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;

/// The folder of content: each file is named by its own SHA-256. A file appears under that name only when it is
/// whole.
final class Blobs {

    private static final int COPY_BYTES = 1 << 20;
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);
    /// The most that a template, a licence or another text may have.
    private static final long TEXT_BYTES = 16 << 20;

    private final Path folder;
    private final Disk disk;

    Blobs(Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    Path path(Digest digest) {
        return folder.resolve(digest.fileName());
    }

    /// Whether the whole file is there.
    boolean has(Layer layer) {
        try {
            BasicFileAttributes file = Files.readAttributes(path(layer.digest()), BasicFileAttributes.class);
            return file.isRegularFile() && file.size() == layer.size();
        } catch (IOException e) {
            return false;
        }
    }

    /// A small file's content.
    ///
    /// @throws BackendException naming the file, if it is missing, too long or not what the manifest says
    byte[] read(Layer layer) {
        Path file = path(layer.digest());
        require(layer);
        if (layer.size() > TEXT_BYTES) {
            throw BackendException.invalid(
                    file + " has " + layer.size() + " bytes; a text may have at most " + TEXT_BYTES);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes((int) layer.size());
        } catch (IOException e) {
            throw BackendException.failed(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// @throws BackendException naming the file, unless it is there with the size the manifest says
    void require(Layer layer) {
        if (has(layer)) return;
        Path file = path(layer.digest());
        String state = Files.exists(file) ? "does not have the " + layer.size() + " bytes it should" : "is missing";
        throw new BackendException(
                BackendException.Kind.FAILED,
                "the file " + file + " " + state + "; delete the model and create or pull it again");
    }

    /// A file that is being taken in: written under a name of its own until [#keep].
    final class Incoming implements AutoCloseable {

        private final Path temporary;
        private final MessageDigest hash = Digest.sha256();
        private final Disk.Sink sink;
        private long size;

        private Incoming(Path folder) throws IOException {
            temporary = folder.resolve(UUID.randomUUID() + ".tmp");
            Files.createDirectories(folder);
            sink = disk.create(temporary);
        }

        void write(byte[] bytes, int length) throws IOException {
            hash.update(bytes, 0, length);
            sink.write(ByteBuffer.wrap(bytes, 0, length));
            size += length;
        }

        long size() {
            return size;
        }

        /// Where it lies until [#keep].
        Path file() {
            return temporary;
        }

        /// Takes what is written to it.
        ///
        /// @param written hears how many bytes there are by now
        OutputStream stream(java.util.function.LongConsumer written) {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    Incoming.this.write(from == 0 ? bytes : Arrays.copyOfRange(bytes, from, from + length), length);
                    written.accept(size);
                }
            };
        }

        /// Everything the stream holds.
        void writeAll(InputStream in, java.util.function.LongConsumer written) throws IOException {
            byte[] buffer = new byte[COPY_BYTES];
            for (int read; (read = in.read(buffer)) > 0; ) {
                if (Thread.currentThread().isInterrupted()) throw new java.io.InterruptedIOException("interrupted");
                write(buffer, read);
                written.accept(size);
            }
        }

        /// Ends the hash; call once, after the last byte.
        Digest digest() {
            return Digest.finish(hash);
        }

        /// Puts the file in its place.
        ///
        /// @param digest what [#digest] said
        /// @return `false` if it was there already
        boolean keep(Digest digest) throws IOException {
            if (has(new Layer("", digest, size))) return false;
            sink.force();
            sink.close();
            disk.rename(temporary, path(digest));
            return true;
        }

        /// Removes what was not kept.
        @Override
        public void close() throws IOException {
            try {
                sink.close();
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }

    Incoming incoming() throws IOException {
        return new Incoming(temporaries());
    }

    /// One that comes slowly, from far away, so that the store's lock cannot be held meanwhile.
    Incoming upload() throws IOException {
        clearUploads();
        return new Incoming(uploads());
    }

    /// The folder of what comes from a registry, for longer than one process may live; a starting Ollama would remove
    /// such files from its own.
    Path partials() {
        return folder.resolve(".chasqui-pulls");
    }

    Disk disk() {
        return disk;
    }

    void delete(Digest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    /// Removes what a killed process left. Call only with the store's lock held: then nobody is writing.
    void clearTemporaries() throws IOException {
        if (!Files.isDirectory(temporaries())) return;
        try (Stream<Path> files = Files.list(temporaries())) {
            for (Path file : files.toList()) Files.deleteIfExists(file);
        }
    }

    /// Removes what a killed process left of uploads; those under way are written to all the time.
    private void clearUploads() throws IOException {
        if (!Files.isDirectory(uploads())) return;
        FileTime old = FileTime.from(Instant.now().minus(ABANDONED_AFTER));
        try (Stream<Path> files = Files.list(uploads())) {
            for (Path file : files.toList()) {
                if (isOlder(file, old)) Files.deleteIfExists(file);
            }
        }
    }

    static boolean isOlder(Path file, FileTime than) throws IOException {
        try {
            return Files.getLastModifiedTime(file).compareTo(than) < 0;
        } catch (NoSuchFileException e) {
            return false; // done, or given up, just now
        }
    }

    private Path uploads() {
        return folder.resolve(".chasqui-uploads");
    }

    /// Inside the blobs' folder, for renaming works only on one file system; in a folder of its own, for a
    /// starting Ollama removes files it does not know.
    private Path temporaries() {
        return folder.resolve(".chasqui");
    }
}
