package dev.chasqui.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A whole GGUF file, taken apart so that any piece of it can be made wrong.
final class GgufDocument {

    int magic = 0x4655_4747;
    int version = 3;
    /// What the header claims; negative means what there is.
    long tensorCount = Long.MIN_VALUE;
    long keyCount = Long.MIN_VALUE;
    final List<Key> keys = new ArrayList<>();
    final List<Tensor> tensors = new ArrayList<>();

    static final class Key {
        byte[] name;
        int type;
        byte[] value;

        Key(byte[] name, int type, byte[] value) {
            this.name = name;
            this.type = type;
            this.value = value;
        }
    }

    static final class Tensor {
        byte[] name;
        int type;
        long[] shape;
        byte[] data;
        /// Added to where it is.
        long offset;

        Tensor(byte[] name, int type, long[] shape, byte[] data) {
            this.name = name;
            this.type = type;
            this.shape = shape;
            this.data = data;
        }
    }

    static GgufDocument of(Path file) throws IOException {
        GgufFile facts = GgufFile.read(file);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        GgufDocument document = new GgufDocument();
        for (GgufFile.Entry entry : facts.entries()) {
            byte[] name = entry.key().getBytes(StandardCharsets.UTF_8);
            int value = (int) entry.start() + 8 + name.length + 4;
            document.keys.add(new Key(name, bytes.getInt(value - 4), part(bytes, value, (int) entry.end())));
        }
        for (TensorInfo tensor : facts.tensors()) {
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            int start = (int) tensor.offset();
            document.tensors.add(new Tensor(
                    tensor.name().getBytes(StandardCharsets.UTF_8),
                    tensor.type().id(),
                    shape,
                    part(bytes, start, start + (int) tensor.bytes())));
        }
        return document;
    }

    /// Pieces are shared until they are replaced.
    GgufDocument copy() {
        GgufDocument copy = new GgufDocument();
        keys.forEach(key -> copy.keys.add(new Key(key.name, key.type, key.value)));
        tensors.forEach(
                tensor -> copy.tensors.add(new Tensor(tensor.name, tensor.type, tensor.shape.clone(), tensor.data)));
        return copy;
    }

    GgufDocument with(Consumer<GgufDocument> change) {
        GgufDocument copy = copy();
        change.accept(copy);
        return copy;
    }

    Key key(String name) {
        return keys.stream()
                .filter(key -> new String(key.name, StandardCharsets.UTF_8).equals(name))
                .findFirst()
                .orElseGet(() -> {
                    Key fresh = new Key(name.getBytes(StandardCharsets.UTF_8), 4, new byte[4]);
                    keys.add(fresh);
                    return fresh;
                });
    }

    void set(String name, int type, byte[] value) {
        Key key = key(name);
        key.type = type;
        key.value = value;
    }

    void drop(String name) {
        keys.remove(key(name));
    }

    Tensor tensor(String name) {
        return tensors.stream()
                .filter(tensor -> new String(tensor.name, StandardCharsets.UTF_8).equals(name))
                .findFirst()
                .orElseThrow();
    }

    byte[] head() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long tensorsClaimed = tensorCount == Long.MIN_VALUE ? tensors.size() : tensorCount;
        long keysClaimed = keyCount == Long.MIN_VALUE ? keys.size() : keyCount;
        out.writeBytes(little(24)
                .putInt(magic)
                .putInt(version)
                .putLong(tensorsClaimed)
                .putLong(keysClaimed)
                .array());
        for (Key key : keys) {
            out.writeBytes(little(8).putLong(key.name.length).array());
            out.writeBytes(key.name);
            out.writeBytes(little(4).putInt(key.type).array());
            out.writeBytes(key.value);
        }
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.writeBytes(little(8).putLong(tensor.name.length).array());
            out.writeBytes(tensor.name);
            ByteBuffer info = little(4 + 8 * tensor.shape.length + 12).putInt(tensor.shape.length);
            for (long each : tensor.shape) info.putLong(each);
            out.writeBytes(
                    info.putInt(tensor.type).putLong(offset + tensor.offset).array());
            offset += padded(tensor.data.length);
        }
        return out.toByteArray();
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 20);
        out.writeBytes(head());
        for (Tensor tensor : tensors) {
            out.writeBytes(new byte[padded(out.size()) - out.size()]);
            out.writeBytes(tensor.data);
        }
        return out.toByteArray();
    }

    static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] part(ByteBuffer bytes, int start, int end) {
        byte[] part = new byte[end - start];
        bytes.get(start, part);
        return part;
    }

    private static int padded(int size) {
        return (size + 31) & -32;
    }
}
