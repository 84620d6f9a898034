package dev.chasqui.gguf;

import static dev.chasqui.gguf.GgufDocument.little;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Files that are wrong in every way somebody thought of, and seeded ones that are wrong in ways nobody did. All are
/// made of one model that runs.
public final class MalformedGguf {

    private static final int U8 = 0;
    private static final int U32 = 4;
    private static final int I32 = 5;
    private static final int F32 = 6;
    private static final int BOOL = 7;
    private static final int TEXT = 8;
    private static final int ARRAY = 9;

    private final GgufDocument base;
    private final byte[] whole;
    private final int headBytes;
    private final Map<String, Supplier<byte[]>> kinds = new LinkedHashMap<>();

    /// @param model a file that runs
    public MalformedGguf(Path model) throws IOException {
        this.base = GgufDocument.of(model);
        this.whole = base.bytes();
        this.headBytes = base.head().length;
        header();
        keys();
        parameters();
        tensors();
        vocabulary();
        data();
    }

    /// The names of the kinds, in a fixed order: `hdr_`, `kv_`, `hp_`, `ti_`, `tok_`, `data_` …
    public List<String> kinds() {
        return List.copyOf(kinds.keySet());
    }

    public byte[] kind(String name) {
        return kinds.get(name).get();
    }

    /// Half are changed bytes and numbers of the head, half are cut off or spliced.
    public byte[] mutation(long seed) {
        Random random = new Random(seed);
        random.nextInt(); // the first of similar seeds are alike
        byte[] bytes = whole.clone();
        if (random.nextBoolean()) {
            for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
                int at = random.nextInt(headBytes);
                switch (random.nextInt(4)) {
                    case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> bytes[at] = (byte) random.nextInt(256);
                    case 2 ->
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, random.nextInt());
                    default -> field(bytes, random);
                }
            }
            return bytes;
        }
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> Arrays.copyOf(bytes, random.nextInt(headBytes));
            case 2 -> {
                int length = random.nextInt(1, random.nextBoolean() ? 64 : 4_096);
                int from = random.nextInt(random.nextBoolean() ? headBytes : bytes.length - length);
                int to = random.nextInt(random.nextBoolean() ? headBytes : bytes.length - length);
                System.arraycopy(whole, from, bytes, to, length);
                yield bytes;
            }
            default -> {
                int at = random.nextInt(headBytes);
                int gone = random.nextInt(1, 64);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.write(bytes, 0, at);
                out.write(bytes, at + gone, bytes.length - at - gone);
                yield out.toByteArray();
            }
        };
    }

    /// Puts another value of the same size into one key.
    private void field(byte[] bytes, Random random) {
        int at = 24;
        int chosen = random.nextInt(base.keys.size());
        for (int i = 0; i < chosen; i++) at += 12 + base.keys.get(i).name.length + base.keys.get(i).value.length;
        GgufDocument.Key key = base.keys.get(chosen);
        at += 12 + key.name.length;
        if (key.value.length == 4) {
            int[] values = {
                0,
                1,
                2,
                3,
                5,
                7,
                255,
                65_536,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                -1,
                0x7fc0_0000,
                random.nextInt(1024)
            };
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, values[random.nextInt(values.length)]);
        } else {
            bytes[at + random.nextInt(key.value.length)] = (byte) random.nextInt(256);
        }
    }

    private void header() {
        add("hdr_empty", () -> new byte[0]);
        add("hdr_only_magic", () -> Arrays.copyOf(whole, 4));
        for (int magic : new int[] {0, 0x4747_5546, 0x4655_4748, 0x67_6767, -1}) {
            change("hdr_magic_" + Integer.toHexString(magic), d -> d.magic = magic);
        }
        for (int version : new int[] {0, 1, 2, 4, 5, 255, 3 << 24, 2 << 24, -1, Integer.MIN_VALUE}) {
            change("hdr_version_" + version, d -> d.version = version);
        }
        long[] counts = {
            0,
            1,
            -1,
            65_536,
            65_537,
            Integer.MAX_VALUE,
            1L << 31,
            1L << 32,
            Long.MAX_VALUE,
            Long.MIN_VALUE + 1,
            1L << 60
        };
        for (long count : counts) {
            change("hdr_n_tensors_" + count, d -> d.tensorCount = count);
            change("hdr_n_kv_" + count, d -> d.keyCount = count);
        }
        for (int more : new int[] {-2, -1, 1, 2}) {
            change("hdr_n_tensors_by_" + more, d -> d.tensorCount = d.tensors.size() + more);
            change("hdr_n_kv_by_" + more, d -> d.keyCount = d.keys.size() + more);
        }
        for (int i = 1; i <= 60; i++) {
            int length = (int) ((long) headBytes * i / 60);
            add("hdr_cut_" + length, () -> Arrays.copyOf(whole, length));
        }
    }

    private void keys() {
        for (GgufDocument.Key key : base.keys) {
            String name = new String(key.name, StandardCharsets.UTF_8);
            change("kv_missing_" + name, d -> d.drop(name));
            change("kv_twice_" + name, d -> d.keys.add(d.key(name)));
            for (int type : new int[] {U8, U32, F32, TEXT, ARRAY, 10, 13, -1}) {
                if (type != key.type) change("kv_type_" + type + "_" + name, d -> d.key(name).type = type);
            }
        }
        String[] names = {"", "\0", "a\0b", "general.architecture\0", "x".repeat(65_536), "\u00e9"};
        for (int i = 0; i < names.length; i++) {
            byte[] name = names[i].getBytes(StandardCharsets.UTF_8);
            change("kv_key_" + i, d -> d.keys.add(new GgufDocument.Key(name, U32, new byte[4])));
        }
        byte[] notUtf8 = {(byte) 0xc3, 0x28};
        change("kv_key_not_utf8", d -> d.keys.add(new GgufDocument.Key(notUtf8, U32, new byte[4])));
        for (long length :
                new long[] {-1, 1L << 40, Integer.MAX_VALUE, 1L << 31, 1L << 24, (1L << 24) + 1, Long.MAX_VALUE}) {
            change(
                    "kv_str_len_" + length,
                    d -> d.set("x", TEXT, little(8).putLong(length).array()));
            for (int type : new int[] {U8, U32, TEXT, 12}) {
                byte[] value = little(12).putInt(type).putLong(length).array();
                change("kv_arr_" + type + "_n_" + length, d -> d.set("x", ARRAY, value));
            }
        }
        change(
                "kv_arr_of_arr",
                d -> d.set(
                        "x",
                        ARRAY,
                        little(24)
                                .putInt(ARRAY)
                                .putLong(1)
                                .putInt(U32)
                                .putLong(0)
                                .array()));
        change(
                "kv_arr_type_13",
                d -> d.set("x", ARRAY, little(12).putInt(13).putLong(0).array()));
        for (int flag : new int[] {2, 255}) change("kv_bool_" + flag, d -> d.set("x", BOOL, new byte[] {(byte) flag}));
        change("kv_20000_keys", d -> {
            for (int i = 0; i < 20_000; i++)
                d.keys.add(new GgufDocument.Key(("k" + i).getBytes(StandardCharsets.UTF_8), U32, new byte[4]));
        });
        for (int alignment : new int[] {0, 1, 2, 4, 8, 16, 31, 33, 48, 64, 65_536, 131_072, Integer.MIN_VALUE, -1}) {
            change("kv_align_" + alignment, d -> d.set("general.alignment", U32, number(alignment)));
        }
        change("kv_align_int32", d -> d.set("general.alignment", I32, number(32)));
        change("kv_align_text", d -> d.set("general.alignment", TEXT, text("32")));
    }

    private void parameters() {
        List<String> numbers = base.keys.stream()
                .filter(key -> key.type == U32)
                .map(key -> new String(key.name, StandardCharsets.UTF_8))
                .toList();
        for (String name : numbers) {
            for (int value : new int[] {0, 1, 3, 7, 513, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
                change("hp_" + name + "_" + Integer.toUnsignedString(value), d -> d.set(name, U32, number(value)));
            }
        }
        List<String> floats = new ArrayList<>(List.of(
                "llama.attention.layer_norm_rms_epsilon",
                "llama.rope.freq_base",
                "llama.rope.scaling.factor",
                "llama.rope.scale_linear",
                "llama.rope.scaling.attn_factor",
                "llama.attention.scale",
                "llama.logit_scale",
                "llama.attention.max_alibi_bias",
                "llama.attention.clamp_kqv"));
        for (String name : floats) {
            for (float value :
                    new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -1, 0, 1e30f, 1e-30f}) {
                change(
                        "hp_" + name + "_" + value,
                        d -> d.set(name, F32, little(4).putFloat(value).array()));
            }
        }
        int[][] experts = {
            {1, -2},
            {2, -2},
            {8, -2},
            {1_024, -2},
            {1_025, 1},
            {Integer.MAX_VALUE, 1},
            {-2, 1},
            {-2, 9},
            {-2, Integer.MAX_VALUE},
            {2, 3},
            {8, 0},
            {0, 1},
            {0, 0},
            {8, 2},
            {-1, 1},
            {1, 1}
        };
        for (int[] each : experts) {
            change("hp_experts_" + each[0] + "_used_" + each[1], d -> {
                if (each[0] != -2) d.set("llama.expert_count", U32, number(each[0]));
                if (each[1] != -2) d.set("llama.expert_used_count", U32, number(each[1]));
            });
        }
        for (int groups : new int[] {1, 2, 3, 8, -1}) {
            change("hp_expert_groups_" + groups, d -> {
                d.set("llama.expert_count", U32, number(8));
                d.set("llama.expert_used_count", U32, number(2));
                d.set("llama.expert_group_count", U32, number(groups));
            });
        }
        for (String type : List.of("", "none", "linear", "yarn", "longrope", "su", "YARN")) {
            change("hp_rope_scaling_" + type, d -> d.set("llama.rope.scaling.type", TEXT, text(type)));
        }
        for (int pooling : new int[] {0, 1, 2, 3, 4, 5, 99, -1}) {
            change("hp_pooling_" + pooling, d -> d.set("llama.pooling_type", U32, number(pooling)));
        }
        for (int value : new int[] {0, 1, 2, 3, -1}) {
            change("hp_nextn_" + value, d -> d.set("llama.nextn_predict_layers", U32, number(value)));
            change("hp_key_length_" + value, d -> d.set("llama.attention.key_length", U32, number(value)));
            change("hp_value_length_" + value, d -> d.set("llama.attention.value_length", U32, number(value)));
            change("hp_sliding_window_" + value, d -> d.set("llama.attention.sliding_window", U32, number(value)));
        }
        change("hp_not_causal", d -> d.set("llama.attention.causal", BOOL, new byte[1]));
        for (String key : List.of(
                "attention.head_count", "attention.head_count_kv", "feed_forward_length", "expert_used_count")) {
            for (int count : new int[] {0, 1, 2, 3, 513}) {
                change(
                        "hp_arr_" + key + "_" + count,
                        d -> d.set("llama." + key, ARRAY, numbers(I32, Collections.nCopies(count, 4))));
            }
            change("hp_arr_negative_" + key, d -> d.set("llama." + key, ARRAY, numbers(I32, List.of(-4, -4))));
            change(
                    "hp_arr_u8_" + key,
                    d -> d.set(
                            "llama." + key,
                            ARRAY,
                            little(14).putInt(U8).putLong(2).putShort((short) 0).array()));
        }
        for (String family : List.of(
                "bert",
                "t5",
                "mamba",
                "rwkv6",
                "gemma2",
                "gemma3",
                "qwen2",
                "phi3",
                "gpt2",
                "falcon",
                "clip",
                "jamba",
                "qwen2vl",
                "deepseek2",
                "none",
                "",
                "(unknown)")) {
            change("hp_architecture_" + family, d -> {
                d.set("general.architecture", TEXT, text(family));
                for (GgufDocument.Key key : d.keys) {
                    String name = new String(key.name, StandardCharsets.UTF_8);
                    if (name.startsWith("llama."))
                        key.name = (family + name.substring(5)).getBytes(StandardCharsets.UTF_8);
                }
            });
            change("hp_architecture_only_" + family, d -> d.set("general.architecture", TEXT, text(family)));
        }
        for (String kind : List.of("adapter", "mmproj", "vocab", "dataset", "")) {
            change("hp_general_type_" + kind, d -> d.set("general.type", TEXT, text(kind)));
        }
        for (int count : new int[] {0, 1, 2, 9, 1_025, 65_535}) {
            change(
                    "hp_split_" + count,
                    d -> d.set(
                            "split.count", 2, little(2).putShort((short) count).array()));
            change(
                    "hp_split_no_" + count,
                    d -> d.set("split.no", 2, little(2).putShort((short) count).array()));
        }
        change("hp_split_u32", d -> d.set("split.count", U32, number(2)));
    }

    private void tensors() {
        for (GgufDocument.Tensor each : base.tensors) {
            String name = new String(each.name, StandardCharsets.UTF_8);
            if (name.startsWith("blk.1.")) continue;
            change("ti_missing_" + name, d -> d.tensors.remove(d.tensor(name)));
            change("ti_twice_" + name, d -> d.tensors.add(d.tensor(name)));
            change("ti_renamed_" + name, d -> d.tensor(name).name = "blk.77.x".getBytes(StandardCharsets.UTF_8));
            change("ti_turned_" + name, d -> {
                long[] shape = d.tensor(name).shape;
                d.tensor(name).shape = shape.length == 1 ? new long[] {1, shape[0]} : new long[] {shape[1], shape[0]};
            });
            change("ti_cube_" + name, d -> {
                GgufDocument.Tensor tensor = d.tensor(name);
                tensor.shape = new long[] {tensor.shape[0], 1, tensor.shape.length > 1 ? tensor.shape[1] : 1, 1};
            });
        }
        for (String name : List.of(
                "token_embd.weight",
                "output.weight",
                "output_norm.weight",
                "blk.0.attn_q.weight",
                "blk.0.attn_norm.weight",
                "blk.0.ffn_down.weight")) {
            for (int id = 0; id < 44; id++) {
                int type = id;
                change("ti_type_" + type + "_" + name, d -> {
                    GgufDocument.Tensor tensor = d.tensor(name);
                    long elements = Arrays.stream(tensor.shape).reduce(1, (a, b) -> a * b);
                    tensor.type = type;
                    tensor.data = TensorType.of(type)
                            .map(known -> new byte[(int) (elements / known.blockElements() * known.blockBytes())])
                            .orElse(tensor.data);
                });
            }
        }
        String some = "blk.0.attn_k.weight";
        for (long size :
                new long[] {0, -1, 1, 3, 1L << 31, 1L << 32, 1L << 42, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE}) {
            change("ti_dim_" + size, d -> d.tensor(some).shape = new long[] {size, 128});
            change("ti_rows_" + size, d -> d.tensor(some).shape = new long[] {256, size});
        }
        change("ti_nbytes_ovf", d -> d.tensor(some).shape = new long[] {1L << 32, 1L << 31});
        change("ti_pad_wrap", d -> {
            for (int i = 0; i < 2; i++) {
                d.tensors.add(new GgufDocument.Tensor(
                        ("wrap" + i).getBytes(StandardCharsets.UTF_8),
                        24,
                        new long[] {0x7FFF_FFFF_FFFF_FFC0L},
                        new byte[32]));
            }
        });
        for (int dimensions : new int[] {0, 3, 4, 5, 100}) {
            change("ti_n_dims_" + dimensions, d -> {
                d.tensor(some).shape =
                        IntStream.range(0, dimensions).mapToLong(i -> 1).toArray();
            });
        }
        for (String name : List.of("", "\0", "a\0b", "x".repeat(63), "x".repeat(64), "x".repeat(4_000))) {
            change(
                    "ti_name_" + name.length() + name.hashCode(),
                    d -> d.tensor(some).name = name.getBytes(StandardCharsets.UTF_8));
        }
        for (long offset : new long[] {1, 8, 32, -32, 1L << 20, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            change("ti_off_" + offset, d -> d.tensor(some).offset = offset);
        }
        change("ti_off_beyond_eof", d -> d.tensors.getLast().offset = 1 << 26);
        change("ti_none", d -> d.tensors.clear());
        change(
                "ti_extra",
                d -> d.tensors.add(new GgufDocument.Tensor(
                        "x".getBytes(StandardCharsets.UTF_8), 0, new long[] {8}, new byte[32])));
    }

    private void vocabulary() {
        String tokens = "tokenizer.ggml.tokens";
        for (String model : List.of(
                "llama",
                "bert",
                "gpt2",
                "t5",
                "rwkv",
                "plamo2",
                "test",
                "none",
                "no_vocab",
                "gemma4",
                "whitespace",
                "hybriddna",
                "xyz",
                "")) {
            change("tok_model_" + model, d -> d.set("tokenizer.ggml.model", TEXT, text(model)));
            change("tok_model_adding_" + model, d -> {
                d.set("tokenizer.ggml.model", TEXT, text(model));
                d.set("tokenizer.ggml.add_bos_token", BOOL, new byte[] {1});
                d.set("tokenizer.ggml.add_eos_token", BOOL, new byte[] {1});
                for (String id : List.of("bos", "eos", "padding")) d.drop("tokenizer.ggml." + id + "_token_id");
            });
            change("tok_model_letters_" + model, d -> {
                d.set("tokenizer.ggml.model", TEXT, text(model));
                d.set(tokens, ARRAY, texts(letters(320)));
            });
        }
        List<String> letters = letters(320);
        change("tok_duplicate", d -> d.set(tokens, ARRAY, texts(replaced(letters, 7, letters.get(9)))));
        change("tok_all_equal", d -> d.set(tokens, ARRAY, texts(Collections.nCopies(320, "a"))));
        change("tok_all_empty", d -> d.set(tokens, ARRAY, texts(Collections.nCopies(320, ""))));
        change("tok_one_empty", d -> d.set(tokens, ARRAY, texts(replaced(letters, 7, ""))));
        change("tok_empty_named", d -> d.set(tokens, ARRAY, texts(replaced(replaced(letters, 7, ""), 9, "[EMPTY_7]"))));
        change("tok_nul", d -> d.set(tokens, ARRAY, texts(replaced(letters, 7, letters.get(9) + "\0x"))));
        change("tok_1MB", d -> d.set(tokens, ARRAY, texts(replaced(letters, 7, "x".repeat(1 << 20)))));
        change("tok_5000_bytes", d -> d.set(tokens, ARRAY, texts(replaced(letters, 7, "x".repeat(5_000)))));
        for (int count : new int[] {0, 1, 2, 11, 12, 319, 321, 640}) {
            change("tok_count_" + count, d -> d.set(tokens, ARRAY, texts(letters(count))));
        }
        change("tok_not_utf8", d -> {
            byte[] raw = texts(letters);
            raw[12 + 8] = (byte) 0xff;
            d.set(tokens, ARRAY, raw);
        });
        change("tok_numbers", d -> d.set(tokens, ARRAY, numbers(I32, Collections.nCopies(320, 1))));
        for (String key : List.of("scores", "token_type")) {
            String name = "tokenizer.ggml." + key;
            change(
                    "tok_" + key + "_short",
                    d -> d.set(name, ARRAY, numbers(key.equals("scores") ? F32 : I32, List.of(1, 1))));
            change(
                    "tok_" + key + "_u8",
                    d -> d.set(
                            name,
                            ARRAY,
                            little(12 + 320).putInt(U8).putLong(320).array()));
            change("tok_" + key + "_text", d -> d.set(name, TEXT, text("x")));
            change(
                    "tok_" + key + "_u64",
                    d -> d.set(
                            name,
                            ARRAY,
                            little(12 + 8 * 320).putInt(10).putLong(320).array()));
        }
        change(
                "tok_scores_nan",
                d -> d.set("tokenizer.ggml.scores", ARRAY, numbers(F32, Collections.nCopies(320, 0x7fc0_0000))));
        for (int type : new int[] {-1, 0, 2, 3, 4, 5, 6, 7, 99}) {
            change(
                    "tok_type_" + type,
                    d -> d.set("tokenizer.ggml.token_type", ARRAY, numbers(I32, Collections.nCopies(320, type))));
        }
        for (String id : List.of("bos", "eos", "unknown", "padding", "eot", "seperator", "fim_pre")) {
            for (int value : new int[] {0, 319, 320, Integer.MAX_VALUE, -1}) {
                change(
                        "tok_" + id + "_id_" + value,
                        d -> d.set("tokenizer.ggml." + id + "_token_id", U32, number(value)));
            }
            change("tok_" + id + "_id_int32", d -> d.set("tokenizer.ggml." + id + "_token_id", I32, number(-1)));
        }
        change("tok_tiny_vocab_default_ids", d -> {
            d.set(tokens, ARRAY, texts(List.of("a")));
            for (String id : List.of("bos", "eos", "padding")) d.drop("tokenizer.ggml." + id + "_token_id");
            d.set("tokenizer.ggml.add_bos_token", BOOL, new byte[] {1});
            d.tensor("token_embd.weight").shape[1] = 1;
        });
        change("tok_merges_empty", d -> d.set("tokenizer.ggml.merges", ARRAY, texts(List.of())));
        change("tok_merges_joined", d -> d.set("tokenizer.ggml.merges", ARRAY, texts(List.of("ab", "cd"))));
        change("tok_merges_blank", d -> d.set("tokenizer.ggml.merges", ARRAY, texts(List.of("", " ", "  ", "a b c"))));
        change("tok_merges_numbers", d -> d.set("tokenizer.ggml.merges", ARRAY, numbers(I32, List.of(1, 2))));
        for (String pre :
                List.of("", "xyz", "llama-bpe", "gemma4", "whitespace", "kimi-k2", "sarvam-moe", "tekken", "qwen2")) {
            change("tok_pre_" + pre, d -> d.set("tokenizer.ggml.pre", TEXT, text(pre)));
        }
        for (int size : new int[] {0, 3, 4, 8, 64, 4_096}) {
            change("tok_charsmap_" + size, d -> {
                byte[] table = new byte[size];
                new Random(size).nextBytes(table);
                if (size > 8) little(4).putInt(size / 2).get(0, table, 0, 4);
                d.set("tokenizer.ggml.model", TEXT, text("t5"));
                ByteBuffer value = little(12 + size).putInt(U8).putLong(size).put(table);
                d.set("tokenizer.ggml.precompiled_charsmap", ARRAY, value.array());
            });
        }
        List<String> templates = List.of(
                "x".repeat(2 << 20),
                "{% for i in range(300000000) %}x{% endfor %}",
                "{{ 'a' * 1000000000 }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% if x %}".repeat(5_000),
                "(".repeat(100_000),
                "{{ messages.__class__.__mro__ }}{% import 'os' as os %}",
                "{{");
        for (int i = 0; i < templates.size(); i++) {
            String template = templates.get(i);
            change("tmpl_" + i, d -> d.set("tokenizer.chat_template", TEXT, text(template)));
        }
        change(
                "tmpl_not_utf8",
                d -> d.set(
                        "tokenizer.chat_template",
                        TEXT,
                        little(10)
                                .putLong(2)
                                .put(new byte[] {(byte) 0xc3, 0x28})
                                .array()));
    }

    private void data() {
        for (int gone : new int[] {1, 31, 32, 33, 1_000, whole.length / 2}) {
            add("data_cut_" + gone, () -> Arrays.copyOf(whole, whole.length - gone));
        }
        add("data_trailing", () -> Arrays.copyOf(whole, whole.length + 4_096));
        for (GgufDocument.Tensor each : base.tensors) {
            String name = new String(each.name, StandardCharsets.UTF_8);
            if (name.startsWith("blk.1.")) continue;
            change("data_ones_" + name, d -> {
                byte[] ones = new byte[d.tensor(name).data.length];
                Arrays.fill(ones, (byte) 0xff);
                d.tensor(name).data = ones;
            });
            change("data_zeros_" + name, d -> d.tensor(name).data = new byte[d.tensor(name).data.length]);
        }
    }

    private void change(String name, Consumer<GgufDocument> change) {
        add(name, () -> base.with(change).bytes());
    }

    private void add(String name, Supplier<byte[]> maker) {
        if (kinds.put(name, maker) != null) throw new AssertionError(name + " is there twice");
    }

    private static List<String> letters(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Character.toString(0x4e00 + i))
                .toList();
    }

    private static List<String> replaced(List<String> texts, int index, String text) {
        List<String> changed = new ArrayList<>(texts);
        changed.set(index, text);
        return changed;
    }

    private static byte[] number(int value) {
        return little(4).putInt(value).array();
    }

    private static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return little(8 + utf8.length).putLong(utf8.length).put(utf8).array();
    }

    private static byte[] numbers(int type, List<Integer> values) {
        ByteBuffer array = little(12 + 4 * values.size()).putInt(type).putLong(values.size());
        values.forEach(array::putInt);
        return array.array();
    }

    private static byte[] texts(List<String> values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(little(12).putInt(TEXT).putLong(values.size()).array());
        values.forEach(value -> out.writeBytes(text(value)));
        return out.toByteArray();
    }
}
