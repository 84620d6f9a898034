package dev.chasqui.gguf;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes a quantised model anew with its weights in F16, for tests that quantise a real model: no registry here
/// holds one in half precision. Knows `Q4_1` and `Q8_0`; `F32` stays.
public final class HalfPrecision {

    private static final int BLOCK = 32;

    private HalfPrecision() {}

    public static void write(GgufFile file, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path());
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 20)) {
            ByteBuffer head = little(16 << 20);
            head.putInt(GgufParser.MAGIC).putInt(3);
            head.putLong(file.tensors().size()).putLong(file.entries().size());
            for (GgufFile.Entry entry : file.entries()) {
                ByteBuffer bytes = read(channel, entry.start(), entry.end() - entry.start());
                if (entry.key().equals("general.file_type")) bytes.putInt(bytes.limit() - 4, 1);
                head.put(bytes);
            }
            long offset = 0;
            for (TensorInfo tensor : file.tensors()) {
                byte[] name = tensor.name().getBytes(StandardCharsets.UTF_8);
                head.putLong(name.length).put(name).putInt(tensor.shape().size());
                tensor.shape().forEach(head::putLong);
                head.putInt(type(tensor).id()).putLong(offset);
                offset += padded(bytes(tensor));
            }
            out.write(head.array(), 0, (int) padded(head.position()));
            for (TensorInfo tensor : file.tensors()) {
                byte[] content = content(tensor, read(channel, tensor.offset(), tensor.bytes()));
                out.write(content);
                out.write(new byte[(int) (padded(content.length) - content.length)]);
            }
        }
    }

    private static TensorType type(TensorInfo tensor) {
        return tensor.type() == TensorType.F32 ? TensorType.F32 : TensorType.F16;
    }

    private static long bytes(TensorInfo tensor) {
        return tensor.elements() * type(tensor).blockBytes();
    }

    private static byte[] content(TensorInfo tensor, ByteBuffer in) {
        if (tensor.type() == TensorType.F32) return in.array();
        ByteBuffer out = little((int) bytes(tensor));
        while (in.hasRemaining()) {
            float scale = Float.float16ToFloat(in.getShort());
            switch (tensor.type()) {
                case Q8_0 -> {
                    for (int i = 0; i < BLOCK; i++) half(out, scale * in.get());
                }
                case Q4_1 -> {
                    float least = Float.float16ToFloat(in.getShort());
                    int at = in.position();
                    for (int i = 0; i < BLOCK / 2; i++) half(out, scale * (in.get(at + i) & 15) + least);
                    for (int i = 0; i < BLOCK / 2; i++) half(out, scale * (in.get(at + i) >> 4 & 15) + least);
                    in.position(at + BLOCK / 2);
                }
                default -> throw new IllegalArgumentException(tensor.name() + " is " + tensor.type());
            }
        }
        return out.array();
    }

    private static void half(ByteBuffer out, float value) {
        out.putShort(Float.floatToFloat16(value));
    }

    private static ByteBuffer read(FileChannel channel, long start, long bytes) throws IOException {
        ByteBuffer buffer = little((int) bytes);
        while (buffer.hasRemaining() && channel.read(buffer, start + buffer.position()) >= 0) {}
        return buffer.flip();
    }

    private static long padded(long bytes) {
        return (bytes + 31) & -32;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
