package dev.chasqui.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A disk whose n-th operation fails, as a full or broken one does. A failing write puts half of its bytes down
/// first.
final class FailingDisk implements Disk {

    private enum Failing {
        /// The n-th that writes; what removes and lists works.
        WRITE,
        /// The n-th of all.
        ONCE,
        /// The n-th of all and those that follow.
        FROM_THEN_ON
    }

    private final Failing mode;
    private final int failing;
    private final AtomicInteger operations = new AtomicInteger();
    private volatile boolean healed;

    private FailingDisk(Failing mode, int failing) {
        this.mode = mode;
        this.failing = failing;
    }

    /// @param failing counts the operations that write, from 1
    static FailingDisk atWrite(int failing) {
        return new FailingDisk(Failing.WRITE, failing);
    }

    /// @param failing counts all operations, from 1
    static FailingDisk at(int failing) {
        return new FailingDisk(Failing.ONCE, failing);
    }

    /// As [#at], until it is healed.
    static FailingDisk from(int failing) {
        return new FailingDisk(Failing.FROM_THEN_ON, failing);
    }

    boolean failed() {
        return operations.get() >= failing;
    }

    /// From now on all goes well.
    void heal() {
        healed = true;
    }

    private void step(Path file) throws IOException {
        if (fails()) throw full(file);
    }

    private boolean fails() {
        if (healed) return false;
        int now = operations.incrementAndGet();
        return now == failing || mode == Failing.FROM_THEN_ON && now > failing;
    }

    @Override
    public Sink create(Path file) throws IOException {
        step(file);
        Sink real = REAL.create(file);
        return new Sink() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                if (!fails()) {
                    real.write(bytes);
                } else {
                    real.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
                    throw full(file);
                }
            }

            @Override
            public void force() throws IOException {
                step(file);
                real.force();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    @Override
    public Area open(Path file) throws IOException {
        step(file);
        Area real = REAL.open(file);
        return new Area() {
            @Override
            public void write(byte[] bytes, int length, long position) throws IOException {
                boolean fails = fails();
                real.write(bytes, fails ? length / 2 : length, position);
                if (fails) throw full(file);
            }

            @Override
            public void force() throws IOException {
                step(file);
                real.force();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step(to);
        if (mode == Failing.WRITE) REAL.rename(from, to);
        else Disk.super.rename(from, to);
    }

    @Override
    public boolean delete(Path file) throws IOException {
        if (mode != Failing.WRITE) step(file);
        return REAL.delete(file);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        if (mode != Failing.WRITE) step(folder);
        return REAL.list(folder);
    }

    @Override
    public void folders(Path folder) throws IOException {
        if (mode == Failing.WRITE) {
            REAL.folders(folder);
            return;
        }
        step(folder);
        Disk.super.folders(folder);
    }

    @Override
    public void settle(Path folder) throws IOException {
        if (mode != Failing.WRITE) step(folder);
        REAL.settle(folder);
    }

    private static IOException full(Path file) {
        return new FileSystemException(file.toString(), null, "No space left on device");
    }
}
