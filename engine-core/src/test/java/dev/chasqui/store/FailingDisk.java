package dev.chasqui.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// A disk whose n-th operation fails, as a full or broken one does. A failing write puts half of its bytes down
/// first.
final class FailingDisk implements Disk {

    private final int failing;
    private final AtomicInteger operations = new AtomicInteger();

    /// @param failing counts from 1
    FailingDisk(int failing) {
        this.failing = failing;
    }

    boolean failed() {
        return operations.get() >= failing;
    }

    private boolean now() {
        return operations.incrementAndGet() == failing;
    }

    @Override
    public Sink create(Path file) throws IOException {
        if (now()) throw full();
        Sink real = REAL.create(file);
        return new Sink() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                if (!now()) {
                    real.write(bytes);
                } else {
                    real.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
                    throw full();
                }
            }

            @Override
            public void force() throws IOException {
                if (now()) throw full();
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
        if (now()) throw full();
        Area real = REAL.open(file);
        return new Area() {
            @Override
            public void write(byte[] bytes, int length, long position) throws IOException {
                boolean fails = now();
                real.write(bytes, fails ? length / 2 : length, position);
                if (fails) throw full();
            }

            @Override
            public void force() throws IOException {
                if (now()) throw full();
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
        if (now()) throw full();
        REAL.rename(from, to);
    }

    private static IOException full() {
        return new IOException("No space left on device");
    }
}
