package dev.chasqui.gguf;

import dev.chasqui.fuzz.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A GGUF file's head, and what the gate says of it.
public final class GgufTarget {

    private static final Path FILE = file();
    private static final GgufGate GATE = GgufGate.standard();

    private GgufTarget() {}

    public static Target target() {
        return Target.ofBytes(GgufTarget.class, header(0), header(1));
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Files.write(FILE, data);
        try {
            GgufFile.read(FILE).tensors();
            GATE.judgeAlone(FILE);
        } catch (GgufException refused) {
            // as declared
        }
    }

    /// One value of most types, and so many tensors of 32 numbers.
    private static byte[] header(int tensors) {
        ByteBuffer out = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        out.put("GGUF".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putLong(tensors)
                .putLong(5);
        key(out, "general.architecture", 8);
        text(out, "llama");
        key(out, "general.alignment", 4).putInt(32);
        key(out, "llama.rope.freq_base", 6).putFloat(1e4f);
        key(out, "tokenizer.ggml.tokens", 9).putInt(8).putLong(2);
        text(out, "a");
        text(out, "b");
        key(out, "tokenizer.ggml.add_bos_token", 7).put((byte) 1);
        for (int i = 0; i < tensors; i++) {
            text(out, "token_embd.weight");
            out.putInt(1).putLong(32).putInt(0).putLong(0);
        }
        while (out.position() % 32 != 0) out.put((byte) 0);
        out.position(out.position() + tensors * 128);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static ByteBuffer key(ByteBuffer out, String key, int type) {
        text(out, key);
        return out.putInt(type);
    }

    private static void text(ByteBuffer out, String text) {
        out.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("fuzz", ".gguf");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
