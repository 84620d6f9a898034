package dev.chasqui.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;

/// A LoRA adapter for a [TinyModel] of 2 layers, in GGUF format.
public final class TinyAdapter {

    private static final int EMBEDDING = 256;
    private static final int RANK = 4;
    private static final int F32 = 0;

    private TinyAdapter() {}

    /// @param strength `0` changes nothing
    public static void write(Path file, long seed, float strength) throws IOException {
        write(file, seed, strength, "blk.%d.ffn_down.weight");
    }

    /// For a tensor that no model has.
    public static void writeForAnotherModel(Path file) throws IOException {
        write(file, 1, 1, "blk.%d.other.weight");
    }

    private static void write(Path file, long seed, float strength, String tensor) throws IOException {
        Random random = new Random(seed);
        GgufWriter gguf = new GgufWriter()
                .text("general.architecture", "llama")
                .text("general.type", "adapter")
                .text("adapter.type", "lora")
                .number("adapter.lora.alpha", (float) RANK);
        for (int layer = 0; layer < 2; layer++) {
            String name = tensor.formatted(layer);
            gguf.tensor(name + ".lora_a", F32, EMBEDDING, RANK, values(random, 1));
            gguf.tensor(name + ".lora_b", F32, RANK, EMBEDDING, values(random, strength));
        }
        gguf.write(file);
    }

    private static byte[] values(Random random, float strength) {
        ByteBuffer values = ByteBuffer.allocate(EMBEDDING * RANK * 4).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) values.putFloat(strength * (float) random.nextGaussian());
        return values.array();
    }
}
