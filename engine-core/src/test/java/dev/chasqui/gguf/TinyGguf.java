package dev.chasqui.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// Writes small GGUF files, right ones and wrong ones. What the caller puts in is what stands in the file.
public final class TinyGguf {

    private static final int MAGIC = 0x4655_4747;

    private final ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<String, Object> keys = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private int version = 3;
    private long seed = 1;
    private boolean infinite;

    private record Tensor(String name, int type, long[] shape, long bytes) {}

    /// A model of the llama family with a vocabulary of four tokens.
    public static TinyGguf llama() {
        return new TinyGguf()
                .key("general.architecture", "llama")
                .key("general.name", "tiny")
                .key("general.file_type", 0)
                .key("llama.block_count", 2)
                .key("llama.context_length", 128)
                .key("llama.embedding_length", 64)
                .key("llama.attention.head_count", 4)
                .key("llama.attention.head_count_kv", 2)
                .key("llama.rope.freq_base", 10_000f)
                .key("tokenizer.ggml.add_bos_token", true)
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.merges", List.of("a b"))
                .key("tokenizer.ggml.bos_token_id", 0)
                .key("tokenizer.ggml.tokens", List.of("<s>", "</s>", "a", "b", "ab", "ба"))
                .tensor("token_embd.weight", TensorType.F32, 64, 6)
                .tensor("blk.0.attn_q.weight", TensorType.Q4_0, 64, 64);
    }

    /// All that must be said of a model of the llama family with so many tokens, and no tensors.
    public static TinyGguf head(int tokens) {
        return new TinyGguf()
                .key("general.architecture", "llama")
                .key("llama.block_count", 2)
                .key("llama.context_length", 128)
                .key("llama.embedding_length", 128)
                .key("llama.attention.head_count", 4)
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.merges", List.of("a b"))
                .key(
                        "tokenizer.ggml.tokens",
                        IntStream.range(0, tokens).mapToObj(i -> "t" + i).toList());
    }

    public TinyGguf key(String key, Object value) {
        keys.put(key, value);
        return this;
    }

    public TinyGguf tensor(String name, TensorType type, long... shape) {
        long elements = 1;
        for (long dimension : shape) elements *= dimension;
        return tensor(name, type.id(), elements / type.blockElements() * type.blockBytes(), shape);
    }

    /// A tensor that claims a type and a shape and has so many bytes.
    public TinyGguf tensor(String name, int type, long bytes, long... shape) {
        tensors.add(new Tensor(name, type, shape, bytes));
        return this;
    }

    /// With weights that are all infinite.
    TinyGguf infinite() {
        this.infinite = true;
        return this;
    }

    public TinyGguf version(int version) {
        this.version = version;
        return this;
    }

    /// Different weights, so a different file.
    public TinyGguf seed(long seed) {
        this.seed = seed;
        return this;
    }

    public byte[] bytes() {
        out.clear();
        out.putInt(MAGIC).putInt(version).putLong(tensors.size()).putLong(keys.size());
        keys.forEach((key, value) -> {
            string(key);
            value(value);
        });
        long offset = 0;
        for (Tensor tensor : tensors) {
            string(tensor.name());
            out.putInt(tensor.shape().length);
            for (long dimension : tensor.shape()) out.putLong(dimension);
            out.putInt(tensor.type()).putLong(offset);
            offset += padded(tensor.bytes());
        }
        Random random = new Random(seed);
        for (Tensor tensor : tensors) {
            out.position((int) padded(out.position()));
            byte[] data = new byte[(int) tensor.bytes()];
            random.nextBytes(data);
            for (int i = 0; i < data.length; i++)
                data[i] = (byte)
                        (infinite
                                ? i % 4 == 3 ? 0x7f : i % 4 == 2 ? 0x80 : 0
                                : data[i] & 0x3f); // no weight or scale is infinite
            out.put(data);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void value(Object value) {
        switch (value) {
            case Integer number -> out.putInt(4).putInt(number);
            case Long number -> out.putInt(10).putLong(number);
            case Float number -> out.putInt(6).putFloat(number);
            case Boolean flag -> out.putInt(7).put((byte) (flag ? 1 : 0));
            case String text -> {
                out.putInt(8);
                string(text);
            }
            case List<?> list -> {
                out.putInt(9);
                out.putInt(list.getFirst() instanceof String ? 8 : 5).putLong(list.size());
                for (Object element : list) {
                    if (element instanceof String text) string(text);
                    else out.putInt((Integer) element);
                }
            }
            case byte[] raw -> out.put(raw); // type and value, as they are
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putLong(bytes.length).put(bytes);
    }

    private static long padded(long position) {
        return (position + 31) & -32;
    }
}
