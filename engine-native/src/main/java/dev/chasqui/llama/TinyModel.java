package dev.chasqui.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// A GGUF model of under a megabyte with random weights: it says nothing sensible, but it runs through the same
/// kernels as a real one, quantised and not. For proving a CPU library and for fast tests.
///
/// Its vocabulary is the 256 bytes, a few merges, and ChatML's special tokens, so it tokenises any text.
///
/// @param seed          fixes every weight
/// @param contextTokens the context it claims to be trained on
/// @param layers        transformer blocks
/// @param template      its chat template; empty leaves it out
/// @param type          of all its matrices: `F32`, `F16` or `BF16`; empty mixes quantised ones, for most kernels
public record TinyModel(long seed, int contextTokens, int layers, String template, Optional<Quantization> type) {

    /// ChatML, as many small models have it.
    public static final String CHATML =
            "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'"
                    + " + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static final int EMBEDDING = 256;
    private static final int HEADS = 4;
    private static final int KEY_HEADS = 2;
    private static final int FEED_FORWARD = 256;
    private static final int VOCABULARY = 320;

    private static final List<String> SPECIALS = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    private static final List<String> MERGES =
            List.of("t h", "th e", "Ġ the", "i n", "a n", "e r", "o n", "i s", "Ġ a", "an d", "Ġ and", "in g");

    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int UNUSED = 5;

    private static final int F32 = 0;
    private static final int F16 = 1;
    private static final int Q4_0 = 2;
    private static final int Q8_0 = 8;
    private static final int Q4_K = 12;
    private static final int Q6_K = 14;
    private static final int BF16 = 30;

    /// Writes one of 2 layers and 2,048 tokens of context, with the template [#CHATML].
    public static void write(Path file, long seed) throws IOException {
        seeded(seed).write(file);
    }

    public static TinyModel seeded(long seed) {
        return new TinyModel(seed, 2048, 2, CHATML, Optional.empty());
    }

    public TinyModel withContextTokens(int tokens) {
        return new TinyModel(seed, tokens, layers, template, type);
    }

    public TinyModel withLayers(int count) {
        return new TinyModel(seed, contextTokens, count, template, type);
    }

    public TinyModel withTemplate(String chatTemplate) {
        return new TinyModel(seed, contextTokens, layers, chatTemplate, type);
    }

    public TinyModel withType(Quantization matrices) {
        return new TinyModel(seed, contextTokens, layers, template, Optional.of(matrices));
    }

    public void write(Path file) throws IOException {
        write(file, gguf -> {});
    }

    /// @param more adds to what the file says of itself
    void write(Path file, Consumer<GgufWriter> more) throws IOException {
        GgufWriter gguf = new GgufWriter();
        describe(gguf);
        more.accept(gguf);
        vocabulary(gguf);
        weights(gguf, new Random(seed));
        gguf.write(file);
    }

    private void describe(GgufWriter gguf) {
        gguf.text("general.architecture", "llama")
                .text("general.name", "tiny")
                .number("llama.context_length", contextTokens)
                .number("llama.embedding_length", EMBEDDING)
                .number("llama.block_count", layers)
                .number("llama.feed_forward_length", FEED_FORWARD)
                .number("llama.attention.head_count", HEADS)
                .number("llama.attention.head_count_kv", KEY_HEADS)
                .number("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .number("llama.rope.dimension_count", EMBEDDING / HEADS)
                .number("llama.rope.freq_base", 10_000f)
                .number("llama.vocab_size", VOCABULARY);
        if (!template.isEmpty()) gguf.text("tokenizer.chat_template", template);
        type.ifPresent(matrices -> gguf.number("general.file_type", matrices.fileType));
    }

    static void vocabulary(GgufWriter gguf) {
        List<String> tokens = new ArrayList<>(SPECIALS);
        List<Integer> types = new ArrayList<>(Collections.nCopies(SPECIALS.size(), CONTROL));
        tokens.addAll(bytes());
        MERGES.forEach(merge -> tokens.add(merge.replace(" ", "")));
        types.addAll(Collections.nCopies(tokens.size() - types.size(), NORMAL));
        while (tokens.size() < VOCABULARY) tokens.add("<|unused" + tokens.size() + "|>");
        types.addAll(Collections.nCopies(tokens.size() - types.size(), UNUSED));

        gguf.text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", "gpt-2")
                .texts("tokenizer.ggml.tokens", tokens)
                .numbers("tokenizer.ggml.token_type", types)
                .texts("tokenizer.ggml.merges", MERGES)
                .number("tokenizer.ggml.bos_token_id", SPECIALS.indexOf("<|im_start|>"))
                .number("tokenizer.ggml.eos_token_id", SPECIALS.indexOf("<|im_end|>"))
                .number("tokenizer.ggml.padding_token_id", SPECIALS.indexOf("<|endoftext|>"))
                .flag("tokenizer.ggml.add_bos_token", false);
    }

    /// GPT-2's letter for each byte: printable ones stand for themselves, the others follow from code point 256
    /// on.
    private static List<String> bytes() {
        List<String> letters = new ArrayList<>();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            letters.add(Character.toString(printable ? b : next++));
        }
        return letters;
    }

    private void weights(GgufWriter gguf, Random random) {
        int keys = EMBEDDING / HEADS * KEY_HEADS;
        matrix(gguf, random, "token_embd.weight", Q8_0, EMBEDDING, VOCABULARY);
        ones(gguf, "output_norm.weight");
        matrix(gguf, random, "output.weight", Q6_K, EMBEDDING, VOCABULARY);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            ones(gguf, block + "attn_norm.weight");
            matrix(gguf, random, block + "attn_q.weight", Q4_0, EMBEDDING, EMBEDDING);
            matrix(gguf, random, block + "attn_k.weight", F16, EMBEDDING, keys);
            matrix(gguf, random, block + "attn_v.weight", Q8_0, EMBEDDING, keys);
            matrix(gguf, random, block + "attn_output.weight", Q4_0, EMBEDDING, EMBEDDING);
            ones(gguf, block + "ffn_norm.weight");
            matrix(gguf, random, block + "ffn_gate.weight", Q4_K, EMBEDDING, FEED_FORWARD);
            matrix(gguf, random, block + "ffn_up.weight", Q4_0, EMBEDDING, FEED_FORWARD);
            matrix(gguf, random, block + "ffn_down.weight", Q8_0, FEED_FORWARD, EMBEDDING);
        }
    }

    private static void ones(GgufWriter gguf, String name) {
        ByteBuffer values = little(EMBEDDING * 4);
        for (int i = 0; i < EMBEDDING; i++) values.putFloat(1);
        gguf.tensor(name, F32, EMBEDDING, 0, values.array());
    }

    /// Random values of about 1/16, so that the sums over a row are about 1. In a quantised type every bit
    /// pattern is a value; only the scales of a block must be chosen.
    private void matrix(GgufWriter gguf, Random random, String name, int mixed, int columns, int rows) {
        int count = columns * rows;
        int type = this.type.map(TinyModel::plain).orElse(mixed);
        byte[] content = switch (type) {
            case F32 -> floats(random, count);
            case F16 -> halves(random, count);
            case BF16 -> shortFloats(random, count);
            case Q4_0 -> blocks(random, count / 32, 16, 0.0136f);
            case Q8_0 -> blocks(random, count / 32, 32, 0.00085f);
            case Q4_K -> blocks(random, count / 256, 140, 4.4e-4f, 3.3e-3f);
            case Q6_K -> tailScaled(random, count / 256, 208, 4.5e-5f);
            default -> throw new AssertionError(type);
        };
        gguf.tensor(name, type, columns, rows, content);
    }

    private static int plain(Quantization type) {
        return switch (type) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> BF16;
            default -> throw new IllegalArgumentException(type + "; expected F32, F16 or BF16");
        };
    }

    private static byte[] floats(Random random, int count) {
        ByteBuffer values = little(count * 4);
        for (int i = 0; i < count; i++) values.putFloat((float) random.nextGaussian() / 16);
        return values.array();
    }

    private static byte[] shortFloats(Random random, int count) {
        ByteBuffer values = little(count * 2);
        for (int i = 0; i < count; i++) {
            values.putShort((short) (Float.floatToIntBits((float) random.nextGaussian() / 16) >>> 16));
        }
        return values.array();
    }

    private static byte[] halves(Random random, int count) {
        ByteBuffer values = little(count * 2);
        for (int i = 0; i < count; i++) values.putShort(Float.floatToFloat16((float) random.nextGaussian() / 16));
        return values.array();
    }

    private static byte[] blocks(Random random, int count, int bytes, float... scales) {
        ByteBuffer blocks = little(count * (bytes + 2 * scales.length));
        byte[] block = new byte[bytes];
        for (int i = 0; i < count; i++) {
            for (float scale : scales) blocks.putShort(Float.floatToFloat16(scale));
            random.nextBytes(block);
            blocks.put(block);
        }
        return blocks.array();
    }

    private static byte[] tailScaled(Random random, int count, int bytes, float scale) {
        ByteBuffer blocks = little(count * (bytes + 2));
        byte[] block = new byte[bytes];
        for (int i = 0; i < count; i++) {
            random.nextBytes(block);
            blocks.put(block).putShort(Float.floatToFloat16(scale));
        }
        return blocks.array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
