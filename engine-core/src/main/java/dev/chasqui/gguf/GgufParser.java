package dev.chasqui.gguf;

import dev.chasqui.gguf.GateLimits.Limit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a file's head in the order it is written: header, keys and values, tensor infos; then checks that the
/// tensors' data lies inside the file.
final class GgufParser {

    static final int MAGIC = 0x4655_4747; // "GGUF", read little-endian
    private static final int LEAST_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8;
    private static final int LEAST_KEY_BYTES = 8 + 4 + 1;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final Cursor cursor;
    private final GateLimits limits;
    private long keptBytes;

    GgufParser(Path file, FileChannel channel, long size, GateLimits limits) {
        this.limits = limits;
        this.file = file;
        this.channel = channel;
        this.size = size;
        this.cursor = new Cursor(file, channel, size, 0, limits.most(Limit.STRING_BYTES));
    }

    GgufFile parse() throws IOException {
        if (size < 4 || cursor.i32() != MAGIC) throw notGguf();
        long version = cursor.u32();
        if (version != 2 && version != 3) {
            boolean bigEndian = version == 2L << 24 || version == 3L << 24;
            throw broken(
                    "V3", bigEndian ? "it is big-endian" : "it has version " + version, "little-endian version 2 or 3");
        }
        int tensorCount = count("tensors", limits.most(Limit.TENSORS), LEAST_TENSOR_BYTES);
        int keyCount = count("keys", limits.most(Limit.KEYS), LEAST_KEY_BYTES);

        Map<String, Object> values = new LinkedHashMap<>();
        List<GgufFile.Entry> entries = new ArrayList<>();
        for (int i = 0; i < keyCount; i++) {
            long start = cursor.position();
            String key = readKey(i);
            ValueType type = readValue(key, values);
            entries.add(new GgufFile.Entry(key, type, start, cursor.position()));
        }
        int alignment = alignment(values);

        List<TensorInfo> relative = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tensorCount; i++) {
            TensorInfo tensor = readTensor(i);
            if (!names.add(tensor.name()))
                throw broken("V8", "tensor " + tensor.name() + " is there twice", "unique names");
            relative.add(tensor);
        }
        return new GgufFile(file, size, (int) version, values, entries, place(relative, alignment));
    }

    private int count(String what, int limit, int leastBytes) throws IOException {
        cursor.at("V4", "the number of " + what);
        long count = cursor.i64();
        if (count < 0 || count > limit) {
            throw broken("V4", "it claims " + Long.toUnsignedString(count) + " " + what, "at most " + limit);
        }
        if (count * leastBytes > cursor.remaining()) {
            throw new GgufException(
                    "V4",
                    file + " is truncated: " + count + " " + what + " need at least " + count * leastBytes
                            + " more bytes, the file has " + cursor.remaining());
        }
        return (int) count;
    }

    private String readKey(int index) throws IOException {
        cursor.at("V5", "the name of key " + index);
        String key = cursor.strictString(limits.most(Limit.KEY_BYTES));
        if (key.isEmpty())
            throw broken("V5", "key " + index + " has no name", "1 to " + limits.most(Limit.KEY_BYTES) + " bytes");
        return key;
    }

    private ValueType readValue(String key, Map<String, Object> values) throws IOException {
        cursor.at("V6", "key " + key);
        ValueType type = valueType(key);
        Object value = switch (type) {
            case STRING -> keptString(key);
            case ARRAY -> array(key);
            default -> cursor.scalar(type);
        };
        if (key.equals("general.alignment") && type != ValueType.UINT32) {
            throw broken("V7", "key general.alignment is of type " + type, "UINT32");
        }
        if (values.put(key, value) != null) throw broken("V5", "key " + key + " is there twice", "unique keys");
        return type;
    }

    private ValueType valueType(String key) throws IOException {
        int id = cursor.i32();
        return ValueType.of(id)
                .orElseThrow(() -> broken(
                        "V6",
                        "key " + key + " is of type " + Integer.toUnsignedString(id),
                        "0 to " + (ValueType.values().length - 1)));
    }

    private String keptString(String key) throws IOException {
        long before = cursor.position();
        String text = cursor.string();
        keptBytes += cursor.position() - before;
        if (keptBytes > Limits.KEPT_BYTES) {
            throw broken(
                    "V6",
                    "with key " + key + " its texts take " + keptBytes + " bytes",
                    "at most " + Limits.KEPT_BYTES);
        }
        return text;
    }

    private GgufArray array(String key) throws IOException {
        ValueType type = valueType(key);
        if (type == ValueType.ARRAY)
            throw broken("V6", "key " + key + " is an array of arrays", "an array of plain values");
        long claimed = cursor.i64();
        if (claimed < 0 || claimed > limits.most(Limit.ARRAY_ELEMENTS)) {
            throw broken(
                    "V6",
                    "key " + key + " claims " + Long.toUnsignedString(claimed) + " elements",
                    "at most " + limits.most(Limit.ARRAY_ELEMENTS));
        }
        cursor.need(claimed * type.bytes);
        int count = (int) claimed;
        long start = cursor.position();
        if (type == ValueType.STRING) {
            cursor.skipStrings(count);
        } else {
            cursor.skip(claimed * type.bytes);
        }
        long bytes = cursor.position() - start;
        return new GgufArray(file, key, type, count, start, bytes, small(key, type, count, start, bytes));
    }

    private List<Object> small(String key, ValueType type, int count, long start, long bytes) throws IOException {
        if (bytes > Limits.SMALL_ARRAY_BYTES) return List.of();
        keptBytes += bytes;
        if (keptBytes > Limits.KEPT_BYTES) return List.of();
        Cursor again = new Cursor(file, channel, start + bytes, start);
        again.at("V6", "key " + key);
        return GgufArray.read(again, type, count);
    }

    private int alignment(Map<String, Object> values) {
        long alignment = values.get("general.alignment") instanceof Long number ? number : 32;
        if (alignment < 8 || alignment > limits.most(Limit.ALIGNMENT) || Long.bitCount(alignment) != 1) {
            throw broken(
                    "V7",
                    "general.alignment is " + alignment,
                    "a power of two from 8 to " + limits.most(Limit.ALIGNMENT));
        }
        return (int) alignment;
    }

    /// Reads one tensor's entry; its offset counts from the start of the data.
    private TensorInfo readTensor(int index) throws IOException {
        cursor.at("V8", "the name of tensor " + index);
        String name = cursor.strictString(Limits.TENSOR_NAME_BYTES);
        if (name.isEmpty()) throw broken("V8", "tensor " + index + " has no name", "1 to 63 bytes");
        cursor.at("V8", "tensor " + name);
        long dimensions = cursor.u32();
        if (dimensions < 1 || dimensions > 4) {
            throw broken("V8", "tensor " + name + " has " + dimensions + " dimensions", "1 to 4");
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) shape.add(cursor.i64());
        int id = cursor.i32();
        TensorType type = TensorType.of(id)
                .orElseThrow(() -> broken(
                        "V8",
                        "tensor " + name + " is of type " + Integer.toUnsignedString(id),
                        "a type of ggml that is still in use"));
        long offset = cursor.i64();
        long elements = elements(name, shape);
        if (shape.get(0) % type.blockElements() != 0) {
            throw broken(
                    "V8",
                    "tensor " + name + " of type " + type + " has rows of " + shape.get(0) + " elements",
                    "a multiple of " + type.blockElements());
        }
        long blocks = elements / type.blockElements();
        if (blocks > Long.MAX_VALUE / type.blockBytes()) throw tooLarge(name, shape);
        return new TensorInfo(name, type, shape, elements, blocks * type.blockBytes(), offset);
    }

    private long elements(String name, List<Long> shape) {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 1) {
                throw broken(
                        "V8",
                        "tensor " + name + " has a dimension of " + Long.toUnsignedString(dimension),
                        "1 to 2^63 - 1");
            }
            if (elements > Long.MAX_VALUE / dimension) throw tooLarge(name, shape);
            elements *= dimension;
        }
        return elements;
    }

    /// Turns offsets into places in the file. The data must follow one another, padded to the alignment, as
    /// llama.cpp demands, and end inside the file.
    private List<TensorInfo> place(List<TensorInfo> relative, int alignment) {
        long start = padded(cursor.position(), alignment);
        long next = 0;
        List<TensorInfo> placed = new ArrayList<>(relative.size());
        for (TensorInfo tensor : relative) {
            if (tensor.offset() != next) {
                throw broken(
                        "V9",
                        "tensor " + tensor.name() + " has offset " + Long.toUnsignedString(tensor.offset()),
                        next + ", where the tensor before it ends");
            }
            if (tensor.bytes() > size - start - next) {
                throw new GgufException(
                        "V9",
                        file + " is truncated: tensor " + tensor.name() + " ends at byte "
                                + unsignedSum(start + next, tensor.bytes()) + ", the file has " + size);
            }
            placed.add(new TensorInfo(
                    tensor.name(), tensor.type(), tensor.shape(), tensor.elements(), tensor.bytes(), start + next));
            next = padded(next + tensor.bytes(), alignment); // far from overflow: it ends inside the file
        }
        return placed;
    }

    private static String unsignedSum(long a, long b) {
        return Long.toUnsignedString(a + b);
    }

    private static long padded(long position, int alignment) {
        return (position + alignment - 1) & -alignment;
    }

    private GgufException tooLarge(String name, List<Long> shape) {
        return broken("V8", "tensor " + name + " has the shape " + shape, "fewer than 2^63 bytes");
    }

    private GgufException broken(String rule, String what, String expected) {
        return new GgufException(rule, file + " is a damaged GGUF file: " + what + "; expected " + expected);
    }

    private GgufException notGguf() throws IOException {
        if (size == 0) return new GgufException("V3", file + " is not a GGUF file: it is empty");
        StringBuilder start = new StringBuilder();
        Cursor again = new Cursor(file, channel, size, 0);
        byte[] bytes = new byte[(int) Math.min(8, size)];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) again.u8();
        for (char c : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray()) {
            start.append(c >= 0x20 && c < 0x7f ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return new GgufException(
                "V3", file + " is not a GGUF file: it starts with \"" + start + "\", not with \"GGUF\"");
    }
}
