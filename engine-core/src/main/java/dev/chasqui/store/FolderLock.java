package dev.chasqui.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One writer at a time, among this JVM's threads and among processes. The lock ends with the process, so a crash
/// leaves nothing behind that blocks the next one.
final class FolderLock implements AutoCloseable {

    private static final long LOOKS_EVERY_MILLIS = 20;

    /// File locks are held by the whole JVM: its threads need a lock of their own.
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;
    private final FileChannel channel;
    private final FileLock processes;

    private FolderLock(ReentrantLock threads, FileChannel channel, FileLock processes) {
        this.threads = threads;
        this.channel = channel;
        this.processes = processes;
    }

    private interface Locking {
        @Nullable
        FileLock lock(FileChannel channel) throws IOException;
    }

    /// Waits until nobody else holds it.
    ///
    /// @param file made if it is not there; never removed
    static FolderLock hold(Path file) throws IOException, InterruptedException {
        Path real = real(file);
        ReentrantLock threads = threads(real);
        threads.lockInterruptibly();
        return locked(real, threads, FileChannel::lock).orElseThrow();
    }

    /// As [#hold], as long as somebody wants it.
    ///
    /// @param wanted answers `false` when nobody does any more
    /// @return empty then
    static Optional<FolderLock> hold(Path file, BooleanSupplier wanted) throws IOException, InterruptedException {
        Path real = real(file);
        ReentrantLock threads = threads(real);
        while (wanted.getAsBoolean()) {
            if (threads.tryLock()) {
                Optional<FolderLock> held = locked(real, threads, FileChannel::tryLock);
                if (held.isPresent()) return held;
            }
            Thread.sleep(LOOKS_EVERY_MILLIS);
        }
        return Optional.empty();
    }

    private static Path real(Path file) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Files.createDirectories(folder);
        return folder.toRealPath().resolve(file.getFileName());
    }

    private static ReentrantLock threads(Path real) {
        return THREADS.computeIfAbsent(real, path -> new ReentrantLock());
    }

    /// @param threads held by this thread; let go again unless the other lock is had too
    private static Optional<FolderLock> locked(Path real, ReentrantLock threads, Locking locking) throws IOException {
        FileChannel channel = null;
        FileLock processes = null;
        try {
            if (threads.getHoldCount() > 1) throw new IllegalStateException(real + " is held by this thread");
            channel = FileChannel.open(real, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            processes = locking.lock(channel);
            return processes == null ? Optional.empty() : Optional.of(new FolderLock(threads, channel, processes));
        } finally {
            if (processes == null) {
                if (channel != null) channel.close();
                threads.unlock();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            processes.release();
        } finally {
            threads.unlock();
        }
    }
}
