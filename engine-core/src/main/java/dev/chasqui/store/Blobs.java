package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of content: each file is named by its own SHA-256. A file appears under that name only when it is
/// whole.
final class Blobs {

    private static final Logger LOG = LoggerFactory.getLogger(Blobs.class);
    private static final int COPY_BYTES = 1 << 20;
    /// Beside the others, for renaming works only on one file system; a folder, for a starting Ollama removes files
    /// it does not know.
    private static final String DAMAGED = ".chasqui-damaged";

    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);
    /// The most that a template, a licence or another text may have.
    private static final long TEXT_BYTES = 16 << 20;

    private static final Pattern NAME = Pattern.compile("sha256-[0-9a-f]{64}");

    private final Path folder;
    private final Disk disk;
    private final Verified verified;

    Blobs(Path folder, Disk disk, Verified verified) {
        this.folder = folder;
        this.disk = disk;
        this.verified = verified;
    }

    /// Where the file is, or goes if there is none: old versions of Ollama wrote a colon into its name.
    Path path(Digest digest) {
        Path file = folder.resolve(digest.fileName());
        return Files.exists(file) ? file : old(digest).filter(Files::exists).orElse(file);
    }

    private Optional<Path> old(Digest digest) {
        try {
            return Optional.of(folder.resolve(digest.toString()));
        } catch (InvalidPathException e) {
            return Optional.empty(); // no name for a file on Windows
        }
    }

    Path folder() {
        return folder;
    }

    /// Whether the whole file is there.
    boolean has(Layer layer) {
        return isWhole(folder.resolve(layer.digest().fileName()), layer)
                || old(layer.digest()).filter(file -> isWhole(file, layer)).isPresent();
    }

    private static boolean isWhole(Path file, Layer layer) {
        try {
            BasicFileAttributes its = Files.readAttributes(file, BasicFileAttributes.class);
            return its.isRegularFile() && its.size() == layer.size();
        } catch (IOException e) {
            return false;
        }
    }

    /// A small file's content.
    ///
    /// @throws BackendException naming the file, if it is missing, too long or not what the manifest says
    byte[] read(Layer layer) {
        require(layer);
        Path file = path(layer.digest());
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
                "the file " + file + " " + state + "; pull the model, or create it again");
    }

    /// A file that is being taken in: written under a name of its own until [#keep].
    final class Incoming implements AutoCloseable {

        private final Path temporary;
        private final MessageDigest hash = Digest.sha256();
        private final Disk.Sink sink;
        private long size;

        private Incoming(Path folder) throws IOException {
            temporary = folder.resolve(UUID.randomUUID() + ".tmp");
            disk.folders(folder);
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

        /// Puts the file in its place. One that is there already stays if it is known to be whole.
        ///
        /// @param digest what [#digest] said
        /// @return `false` if it was there already
        boolean keep(Digest digest) throws IOException {
            Path target = path(digest);
            boolean there = has(new Layer("", digest, size));
            if (there && verified.is(digest, Stamp.of(target))) return false;
            sink.force();
            sink.close();
            try {
                place(temporary, digest);
            } catch (IOException e) {
                if (there) return false; // Windows replaces no file that is in use
                throw e;
            }
            return !there;
        }

        /// Removes what was not kept.
        @Override
        public void close() throws IOException {
            try {
                sink.close();
            } finally {
                remove(temporary);
            }
        }
    }

    /// Gives a file its name.
    ///
    /// @param digest of what it holds, for certain
    void place(Path file, Digest digest) throws IOException {
        Path target = path(digest);
        disk.rename(file, target);
        verified.note(digest, Stamp.of(target));
        dropAside(digest);
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
        verified.forget(digest);
        disk.delete(path(digest));
    }

    /// Takes a damaged file out of the way, so that nobody takes it for the one it was.
    ///
    /// @return where it is now
    Path setAside(Digest digest) throws IOException {
        Path aside = aside(digest);
        verified.forget(digest);
        disk.folders(folder.resolve(DAMAGED));
        disk.rename(path(digest), aside);
        disk.settle(folder);
        return aside;
    }

    /// For a file that is whole again: the damaged one is of no use any more.
    void dropAside(Digest digest) {
        remove(aside(digest));
    }

    /// What is of no use any more; what cannot be removed stays, and is swept one day.
    private void remove(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", file, e.getMessage()); // for example a folder that was in its place
        }
    }

    private Path aside(Digest digest) {
        return folder.resolve(DAMAGED).resolve(digest.fileName());
    }

    /// Whole files that nobody wrote to since then; those under way have other names.
    List<Digest> untouchedSince(Instant then) throws IOException {
        FileTime time = FileTime.from(then);
        List<Digest> untouched = new ArrayList<>();
        for (Path file : disk.list(folder)) {
            String name = String.valueOf(file.getFileName());
            if (NAME.matcher(name).matches() && isOlder(file, time)) untouched.add(Digest.parse(name));
        }
        return untouched;
    }

    /// Removes what a killed process left. Call only with the store's lock held: then nobody is writing.
    void clearTemporaries() throws IOException {
        for (Path file : disk.list(temporaries())) disk.delete(file);
    }

    /// Removes what a killed process left of uploads; those under way are written to all the time.
    private void clearUploads() throws IOException {
        clearOlder(uploads(), ABANDONED_AFTER);
    }

    /// Removes the files of a folder that nobody wrote to for so long.
    void clearOlder(Path folder, Duration age) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(age));
        for (Path file : disk.list(folder)) {
            if (isOlder(file, old)) disk.delete(file);
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
