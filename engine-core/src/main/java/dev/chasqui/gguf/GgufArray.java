package dev.chasqui.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An array of a GGUF file. A large one, such as a vocabulary, stays in the file and is read when it is asked
/// for.
public final class GgufArray {

    private final Path file;
    private final String key;
    private final ValueType type;
    private final int count;
    private final long offset;
    private final long bytes;
    private final List<Object> kept;

    GgufArray(Path file, String key, ValueType type, int count, long offset, long bytes, List<Object> kept) {
        this.file = file;
        this.key = key;
        this.type = type;
        this.count = count;
        this.offset = offset;
        this.bytes = bytes;
        this.kept = List.copyOf(kept);
    }

    public int count() {
        return count;
    }

    ValueType type() {
        return type;
    }

    /// First byte of its elements in the file.
    long offset() {
        return offset;
    }

    long bytes() {
        return bytes;
    }

    public boolean ofStrings() {
        return type == ValueType.STRING;
    }

    /// Every element: Long, java.math.BigInteger, Float, Double, Boolean or String. Reads the file when the array
    /// is large.
    ///
    /// @throws GgufException if the file is gone or changed
    public List<Object> values() {
        if (kept.size() == count) return kept;
        if (bytes > Limits.ARRAY_BYTES) {
            throw new GgufException(file + ": key " + key + " holds " + bytes + " bytes; at most " + Limits.ARRAY_BYTES
                    + " can be read at once");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            Cursor cursor = new Cursor(file, channel, offset + bytes, offset);
            cursor.at("V6", "key " + key);
            return read(cursor, type, count);
        } catch (IOException e) {
            throw new GgufException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    static List<Object> read(Cursor cursor, ValueType type, int count) throws IOException {
        List<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) values.add(type == ValueType.STRING ? cursor.string() : cursor.scalar(type));
        return values;
    }

    @Override
    public String toString() {
        return count + " x " + type;
    }
}
