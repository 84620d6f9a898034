package dev.chasqui.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// A BERT of some hundred kilobytes with random weights: it makes vectors that mean nothing, with everything
/// a real one has, the tokens around a text included. Its words are letters.
///
/// @param pooling   llama.cpp's number; negative leaves it out
/// @param quantised whether weights are Q8_0 rather than F16
public record TinyEncoder(long seed, int contextTokens, int pooling, boolean quantised) {

    public static final int WIDTH = 128;

    private static final int LAYERS = 3;
    private static final int HEADS = 4;
    private static final int FEED_FORWARD = 256;

    private static final List<String> SPECIALS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private static final int F32 = 0;
    private static final int F16 = 1;
    private static final int Q8_0 = 8;

    public static TinyEncoder averaging(long seed) {
        return new TinyEncoder(seed, 512, 1, true);
    }

    public Path write(Path file) throws IOException {
        List<String> tokens = new ArrayList<>(SPECIALS);
        List<Integer> types = new ArrayList<>(Collections.nCopies(SPECIALS.size(), 3));
        for (char letter = 'a'; letter <= 'z'; letter++) tokens.add("\u2581" + letter);
        for (char letter = 'a'; letter <= 'z'; letter++) tokens.add(String.valueOf(letter));
        types.addAll(Collections.nCopies(tokens.size() - types.size(), 1));

        GgufWriter gguf = new GgufWriter();
        gguf.text("general.architecture", "bert")
                .text("general.name", "tiny encoder")
                .number("bert.context_length", contextTokens)
                .number("bert.embedding_length", WIDTH)
                .number("bert.block_count", LAYERS)
                .number("bert.feed_forward_length", FEED_FORWARD)
                .number("bert.attention.head_count", HEADS)
                .number("bert.attention.layer_norm_epsilon", 1e-12f)
                .flag("bert.attention.causal", false)
                .text("tokenizer.ggml.model", "bert")
                .number("tokenizer.ggml.token_type_count", 2)
                .texts("tokenizer.ggml.tokens", tokens)
                .numbers("tokenizer.ggml.token_type", types)
                .number("tokenizer.ggml.padding_token_id", 0)
                .number("tokenizer.ggml.unknown_token_id", 1)
                .number("tokenizer.ggml.bos_token_id", 2)
                .number("tokenizer.ggml.eos_token_id", 3)
                .number("tokenizer.ggml.cls_token_id", 2)
                .number("tokenizer.ggml.seperator_token_id", 3)
                .number("tokenizer.ggml.mask_token_id", 4);
        if (pooling >= 0) gguf.number("bert.pooling_type", pooling);
        weights(gguf, new Random(seed), tokens.size());
        gguf.write(file);
        return file;
    }

    private void weights(GgufWriter gguf, Random random, int vocabulary) {
        matrix(gguf, random, "token_embd.weight", WIDTH, vocabulary);
        floats(gguf, random, "token_types.weight", WIDTH, 2);
        floats(gguf, random, "position_embd.weight", WIDTH, contextTokens);
        norm(gguf, "token_embd_norm");
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            for (String part : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
                matrix(gguf, random, block + part + ".weight", WIDTH, WIDTH);
                constant(gguf, block + part + ".bias", WIDTH, 0);
            }
            norm(gguf, block + "attn_output_norm");
            matrix(gguf, random, block + "ffn_up.weight", WIDTH, FEED_FORWARD);
            constant(gguf, block + "ffn_up.bias", FEED_FORWARD, 0);
            matrix(gguf, random, block + "ffn_down.weight", FEED_FORWARD, WIDTH);
            constant(gguf, block + "ffn_down.bias", WIDTH, 0);
            norm(gguf, block + "layer_output_norm");
        }
    }

    private static void norm(GgufWriter gguf, String name) {
        constant(gguf, name + ".weight", WIDTH, 1);
        constant(gguf, name + ".bias", WIDTH, 0);
    }

    private void matrix(GgufWriter gguf, Random random, String name, int columns, int rows) {
        ByteBuffer content = little(quantised ? columns * rows / 32 * 34 : columns * rows * 2);
        byte[] block = new byte[32];
        while (content.hasRemaining()) {
            if (quantised) {
                random.nextBytes(block);
                content.putShort(Float.floatToFloat16(1.4e-3f)).put(block);
            } else {
                content.putShort(Float.floatToFloat16((float) random.nextGaussian() / 10));
            }
        }
        gguf.tensor(name, quantised ? Q8_0 : F16, columns, rows, content.array());
    }

    private static void floats(GgufWriter gguf, Random random, String name, int columns, int rows) {
        ByteBuffer content = little(columns * rows * 4);
        while (content.hasRemaining()) content.putFloat((float) random.nextGaussian() / 10);
        gguf.tensor(name, F32, columns, rows, content.array());
    }

    private static void constant(GgufWriter gguf, String name, int columns, float value) {
        ByteBuffer content = little(columns * 4);
        while (content.hasRemaining()) content.putFloat(value);
        gguf.tensor(name, F32, columns, 0, content.array());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
