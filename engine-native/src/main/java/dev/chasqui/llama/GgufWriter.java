package dev.chasqui.llama;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Writes a small GGUF file, version 3: metadata first, then the tensors, each at a multiple of 32 bytes.
final class GgufWriter {

    private static final int ALIGNMENT = 32;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int keys;
    private int tensorCount;

    GgufWriter number(String key, int value) {
        return entry(key, UINT32, le(4).putInt(value));
    }

    GgufWriter number(String key, float value) {
        return entry(key, FLOAT32, le(4).putFloat(value));
    }

    GgufWriter flag(String key, boolean value) {
        return entry(key, BOOL, le(1).put((byte) (value ? 1 : 0)));
    }

    GgufWriter text(String key, String value) {
        return entry(key, STRING, string(value));
    }

    GgufWriter texts(String key, List<String> values) {
        entry(key, ARRAY, le(12).putInt(STRING).putLong(values.size()));
        values.forEach(value -> metadata.writeBytes(string(value).array()));
        return this;
    }

    GgufWriter numbers(String key, List<Integer> values) {
        ByteBuffer array = le(12 + 4 * values.size()).putInt(INT32).putLong(values.size());
        values.forEach(array::putInt);
        return entry(key, ARRAY, array);
    }

    /// @param type    ggml's number for the type of the elements
    /// @param columns length of a row; `rows` 0 makes it a vector
    GgufWriter tensor(String name, int type, int columns, int rows, byte[] content) {
        tensors.writeBytes(string(name).array());
        ByteBuffer shape = rows == 0
                ? le(12).putInt(1).putLong(columns)
                : le(20).putInt(2).putLong(columns).putLong(rows);
        tensors.writeBytes(shape.array());
        tensors.writeBytes(le(12).putInt(type).putLong(data.size()).array());
        data.writeBytes(content);
        pad(data, data.size());
        tensorCount++;
        return this;
    }

    void write(Path file) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        head.writeBytes(le(20).putInt(3).putLong(tensorCount).putLong(keys).array());
        metadata.writeTo(head);
        tensors.writeTo(head);
        pad(head, head.size());
        try (OutputStream out = Files.newOutputStream(file)) {
            head.writeTo(out);
            data.writeTo(out);
        }
    }

    private GgufWriter entry(String key, int type, ByteBuffer value) {
        metadata.writeBytes(string(key).array());
        metadata.writeBytes(le(4).putInt(type).array());
        metadata.writeBytes(value.array());
        keys++;
        return this;
    }

    private static ByteBuffer string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return le(8 + utf8.length).putLong(utf8.length).put(utf8);
    }

    private static void pad(ByteArrayOutputStream out, int size) {
        out.writeBytes(new byte[-size & (ALIGNMENT - 1)]);
    }

    private static ByteBuffer le(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
