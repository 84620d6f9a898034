package dev.chasqui.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// One writer at a time, among this JVM's threads and among processes. The lock ends with the process, so a crash
/// leaves nothing behind that blocks the next one.
final class FolderLock implements AutoCloseable {

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

    /// Waits until nobody else holds it.
    ///
    /// @param file made if it is not there; never removed
    static FolderLock hold(Path file) throws IOException, InterruptedException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Files.createDirectories(folder);
        Path real = folder.toRealPath().resolve(file.getFileName());
        ReentrantLock threads = THREADS.computeIfAbsent(real, path -> new ReentrantLock());
        threads.lockInterruptibly();
        FileChannel channel = null;
        try {
            if (threads.getHoldCount() > 1) throw new IllegalStateException(real + " is held by this thread");
            channel = FileChannel.open(real, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return new FolderLock(threads, channel, channel.lock());
        } catch (Throwable t) {
            if (channel != null) channel.close();
            threads.unlock();
            throw t;
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
