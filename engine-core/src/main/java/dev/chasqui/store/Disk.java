package dev.chasqui.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// The operations that can fail half-way: everything the store writes goes through here, so that a test can let
/// each of them fail.
interface Disk {

    Disk REAL = new Disk() {};

    /// Opens a new file.
    default Sink create(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new Sink() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) channel.write(bytes);
            }

            @Override
            public void force() throws IOException {
                channel.force(true);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /// Makes a small file that is whole and on the disk when this returns.
    default void write(Path file, byte[] content) throws IOException {
        try (Sink sink = create(file)) {
            sink.write(ByteBuffer.wrap(content));
            sink.force();
        }
    }

    /// Opens a file that is written in any order; made if it is not there. Interrupting a thread does not close it.
    default Area open(Path file) throws IOException {
        RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw");
        return new Area() {
            @Override
            public synchronized void write(byte[] bytes, int length, long position) throws IOException {
                opened.seek(position);
                opened.write(bytes, 0, length);
            }

            @Override
            public void force() throws IOException {
                opened.getFD().sync();
            }

            @Override
            public void close() throws IOException {
                opened.close();
            }
        };
    }

    /// Gives a finished file its name, all at once.
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = to.getParent();
        if (folder != null) settle(folder);
    }

    /// Removes a file, or a folder that is empty.
    ///
    /// @return whether it was there
    default boolean delete(Path file) throws IOException {
        return Files.deleteIfExists(file);
    }

    /// What is in a folder, as paths; nothing if it is not there, or no folder.
    default List<Path> list(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return children;
    }

    /// Makes a folder, and those above it that are missing, to last.
    default void folders(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent == null || Files.isDirectory(folder)) return;
        folders(parent);
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) throw e;
        }
        settle(parent);
    }

    /// Names that came to a folder or left it survive a power cut from here on.
    default void settle(Path folder) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException e) {
            return; // Windows opens no folders
        }
        try (channel) {
            channel.force(true);
        }
    }

    /// A file that is being written.
    interface Sink extends AutoCloseable {
        void write(ByteBuffer bytes) throws IOException;

        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /// A file that is written and read in any order, by many threads.
    interface Area extends AutoCloseable {
        void write(byte[] bytes, int length, long position) throws IOException;

        void force() throws IOException;

        @Override
        void close() throws IOException;
    }
}
