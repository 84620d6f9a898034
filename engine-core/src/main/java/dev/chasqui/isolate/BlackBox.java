package dev.chasqui.isolate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What native code has in hand, written down before it gets it, so that it can be read after the process died.
///
/// A file that the dying process has mapped: what was put there stays, however it died. It holds a few places, each
/// with a state in its first byte, the length of a name in the next two, and the name. Without a file nothing is
/// written.
public final class BlackBox {

    /// What is done with a model.
    public enum Doing {
        NOTHING,
        COMPUTING,
        LOADING
    }

    /// What the process had in hand when it died.
    record Entry(Doing doing, String model) {}

    static final int PLACES = 64;
    static final int PLACE_BYTES = 1024;

    private static final int NAME_AT = 3;
    private static final BlackBox OF_THIS_PROCESS = new BlackBox();

    private final BitSet taken = new BitSet();
    private @Nullable MappedByteBuffer file;

    BlackBox() {}

    /// The one of this process; a child's start gives it its file.
    public static BlackBox ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    /// Makes the file.
    static void create(Path file) throws IOException {
        Files.write(file, new byte[PLACES * PLACE_BYTES], StandardOpenOption.CREATE_NEW);
    }

    /// From now on, marks are written there.
    synchronized void writeTo(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file = channel.map(FileChannel.MapMode.READ_WRITE, 0, PLACES * PLACE_BYTES);
        }
    }

    /// What is not [Doing#NOTHING]; whoever wrote it may have written anything.
    static List<Entry> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(Files.readAllBytes(file), PLACES * PLACE_BYTES));
        List<Entry> entries = new ArrayList<>();
        for (int at = 0; at < bytes.capacity(); at += PLACE_BYTES) {
            int doing = bytes.get(at);
            if (doing < 1 || doing >= Doing.values().length) continue;
            int length = Math.min(Short.toUnsignedInt(bytes.getShort(at + 1)), PLACE_BYTES - NAME_AT);
            entries.add(new Entry(
                    Doing.values()[doing], new String(bytes.array(), at + NAME_AT, length, StandardCharsets.UTF_8)));
        }
        return entries;
    }

    /// A place for what one thread does with one model, until it is closed.
    public synchronized Mark mark(String model) {
        MappedByteBuffer to = file;
        int place = taken.nextClearBit(0);
        if (to == null || place >= PLACES) return new Mark(null, 0);
        taken.set(place);
        byte[] name = model.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(name.length, PLACE_BYTES - NAME_AT);
        int at = place * PLACE_BYTES;
        to.put(at, (byte) 0);
        to.putShort(at + 1, (short) length);
        to.put(at + NAME_AT, name, 0, length);
        return new Mark(to, at);
    }

    private synchronized void free(int at) {
        taken.clear(at / PLACE_BYTES);
    }

    /// One thread's place.
    public final class Mark implements AutoCloseable {

        private final @Nullable MappedByteBuffer to;
        private final int at;
        private boolean closed;

        private Mark(@Nullable MappedByteBuffer to, int at) {
            this.to = to;
            this.at = at;
        }

        /// Costs a byte.
        public void set(Doing doing) {
            if (to != null && !closed) to.put(at, (byte) doing.ordinal());
        }

        /// Idempotent.
        @Override
        public void close() {
            if (to == null || closed) return;
            set(Doing.NOTHING);
            closed = true;
            free(at);
        }
    }
}
