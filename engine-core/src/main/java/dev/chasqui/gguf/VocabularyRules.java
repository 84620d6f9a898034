package dev.chasqui.gguf;

import dev.chasqui.gguf.GateLimits.Limit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether llama.cpp can read and write text with a file's vocabulary: rule V14. What is wrong here ends the process
/// when the file is loaded, or when the first text comes that needs what is missing.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp">llama-vocab.cpp</a>
final class VocabularyRules {

    private static final String PREFIX = "tokenizer.ggml.";
    private static final String TOKENS = PREFIX + "tokens";
    private static final String TYPES = PREFIX + "token_type";
    private static final String SCORES = PREFIX + "scores";
    private static final String MERGES = PREFIX + "merges";
    private static final int BYTE = 6;
    private static final int NOTHING = -1;
    /// A merge is two tokens and a space.
    private static final int MERGE_TOKENS = 2;

    private final GgufFile file;
    private final FileChannel channel;
    private final GateLimits limits;

    VocabularyRules(GgufFile file, FileChannel channel, GateLimits limits) {
        this.file = file;
        this.channel = channel;
        this.limits = limits;
    }

    void check() throws IOException {
        Object name = file.values().get(PREFIX + "model");
        if (!(name instanceof String text)) throw wrong(PREFIX + "model", name, "the name of a tokeniser");
        Tokeniser tokeniser = Tokeniser.of(text).orElseThrow(() -> wrong(PREFIX + "model", text, Tokeniser.names()));
        GgufArray tokens =
                array(TOKENS, "STRING", ValueType.STRING).orElseThrow(() -> wrong(TOKENS, null, "an array of texts"));
        if (tokens.count() < 1 || tokens.count() > limits.most(Limit.TOKENS)) {
            throw wrong(TOKENS, tokens, "1 to " + limits.most(Limit.TOKENS) + " texts");
        }
        byte @Nullable [] types = types(tokens.count());
        array(SCORES, "FLOAT32", ValueType.FLOAT32, ValueType.INT32)
                .ifPresent(scores -> requireAll(SCORES, scores, tokens));
        Bytes bytes = checkTokens(tokeniser, tokens, types);
        tokeniser.missing(bytes.whole, bytes.first).ifPresent(missing -> {
            throw wrong(TOKENS, tokens, missing + ", which texts may hold");
        });
        checkSpecials(tokeniser, tokens.count());
        checkMerges(tokeniser);
        if (tokeniser == Tokeniser.UNIGRAM) new CharsmapRules(file, channel).check();
        checkRows(tokens.count());
    }

    /// @param whole bytes that are a token
    /// @param first bytes a token begins with
    private record Bytes(BitSet whole, BitSet first) {}

    private Bytes checkTokens(Tokeniser tokeniser, GgufArray tokens, byte @Nullable [] types) throws IOException {
        UniqueStrings seen = new UniqueStrings(channel, tokens.count());
        Bytes found = new Bytes(new BitSet(256), new BitSet(256));
        int longest = tokeniser.inTree ? limits.most(Limit.TOKEN_BYTES) / 4 : limits.most(Limit.TOKEN_BYTES);
        StringArrays.each(file, channel, TOKENS, tokens, longest, (index, bytes, start, end, place) -> {
            int cut = start;
            while (cut < end && bytes[cut] != 0) cut++; // llama.cpp reads up to a NUL
            int twin;
            if (cut == start) { // and gives an empty one a name
                byte[] name = ("[EMPTY_" + index + "]").getBytes(StandardCharsets.US_ASCII);
                twin = seen.add(index, name, 0, name.length, -1);
            } else {
                twin = seen.add(index, bytes, start, cut, place);
                tokeniser.note(bytes, start, cut, found.whole, found.first);
            }
            if (twin >= 0) {
                throw wrong(
                        TOKENS,
                        "the same text, " + quoted(bytes, start, cut) + ", at the places " + twin + " and " + index,
                        "unique ones");
            }
            if (types != null && types[index] == BYTE && !tokeniser.isByte(bytes, start, cut)) {
                throw wrong(
                        TOKENS,
                        quoted(bytes, start, cut) + " at place " + index + ", which is of the type for a byte",
                        tokeniser.byteForm());
            }
        });
        return found;
    }

    private byte @Nullable [] types(int count) throws IOException {
        Optional<GgufArray> array = array(TYPES, "INT32", ValueType.INT32);
        if (array.isEmpty()) return null;
        if (array.get().count() < count) throw wrong(TYPES, array.get(), "one for each of the " + count + " tokens");
        byte[] types = new byte[count];
        Cursor cursor = new Cursor(
                file.path(),
                channel,
                array.get().offset() + array.get().bytes(),
                array.get().offset());
        cursor.at("V14", "key " + TYPES);
        for (int i = 0; i < count; i++) {
            int type = cursor.i32();
            if (type < 0 || type > BYTE) throw wrong(TYPES, type + " at place " + i, "0 to " + BYTE);
            types[i] = (byte) type;
        }
        return types;
    }

    /// Those the tokeniser puts around texts, or in place of what it does not know, must be tokens. A value that is
    /// none counts as not given, as llama.cpp has it.
    private void checkSpecials(Tokeniser tokeniser, int count) {
        int start = special("bos_token_id", tokeniser.start, count);
        int end = special("eos_token_id", tokeniser.end, count);
        boolean addsStart =
                tokeniser.alwaysAddsStart || file.flag(PREFIX + "add_bos_token").orElse(tokeniser.addsStart);
        boolean addsEnd = file.flag(PREFIX + "add_eos_token").orElse(tokeniser.addsEnd);
        if (addsStart && start == NOTHING) throw noToken("bos_token_id", tokeniser.start, count);
        if (addsEnd && end == NOTHING) throw noToken("eos_token_id", tokeniser.end, count);
        if (tokeniser.needsUnknown && special("unknown_token_id", tokeniser.unknown, count) == NOTHING) {
            throw noToken("unknown_token_id", tokeniser.unknown, count);
        }
        if (tokeniser.addsSeparator && special("seperator_token_id", tokeniser.separator, count) == NOTHING) {
            throw noToken("seperator_token_id", tokeniser.separator, count);
        }
    }

    private int special(String name, int otherwise, int count) {
        Object value = file.values().get(PREFIX + name);
        if (value != null && file.type(PREFIX + name).orElseThrow() != ValueType.UINT32) {
            throw wrong(
                    PREFIX + name,
                    value + " of type " + file.type(PREFIX + name).get(),
                    "a number of type UINT32");
        }
        if (value instanceof Long id && id < count) return id.intValue();
        return otherwise < count ? otherwise : NOTHING;
    }

    private GgufException noToken(String name, int otherwise, int count) {
        Object value = file.values().get(PREFIX + name);
        Object shown = value != null || otherwise == NOTHING ? value : otherwise + ", as none is given";
        return wrong(PREFIX + name, shown, "one of the " + count + " tokens: the tokeniser puts it into texts");
    }

    private void checkMerges(Tokeniser tokeniser) throws IOException {
        Optional<GgufArray> merges = array(MERGES, "STRING", ValueType.STRING);
        if (!tokeniser.merges) return;
        if (merges.isEmpty()) {
            if (file.string(PREFIX + "pre").filter("kimi-k2"::equals).isPresent()) return;
            throw wrong(MERGES, null, "the pairs of tokens that make one");
        }
        int longest = MERGE_TOKENS * limits.most(Limit.TOKEN_BYTES) + 1;
        StringArrays.each(file, channel, MERGES, merges.get(), longest, (index, bytes, start, end, place) -> {
            for (int i = start + 1; i < end; i++) if (bytes[i] == ' ') return;
            throw wrong(MERGES, quoted(bytes, start, end) + " at place " + index, "two tokens with a space between");
        });
    }

    private void checkRows(int tokens) {
        for (TensorInfo tensor : file.tensors()) {
            if (!tensor.name().equals("token_embd.weight") || tensor.shape().size() < 2) continue;
            if (tensor.shape().get(1) == tokens || Architectures.readsOthersTokens(file.architecture())) continue;
            throw new GgufException(
                    "V11",
                    file.path() + ": tensor " + tensor.name() + " has "
                            + tensor.shape().get(1) + " rows; expected one for each of the " + tokens + " tokens");
        }
    }

    private Optional<GgufArray> array(String key, String expected, ValueType... types) {
        Object value = file.values().get(key);
        if (value == null) return Optional.empty();
        if (value instanceof GgufArray array && java.util.List.of(types).contains(array.type()))
            return Optional.of(array);
        throw wrong(key, value, "an array of type " + expected);
    }

    private void requireAll(String key, GgufArray array, GgufArray tokens) {
        if (array.count() < tokens.count())
            throw wrong(key, array, "one for each of the " + tokens.count() + " tokens");
    }

    private GgufException wrong(String key, @Nullable Object value, String expected) {
        String is =
                value == null ? " is missing" : (key.equals(TOKENS) || key.equals(MERGES) ? " holds " : " is ") + value;
        return new GgufException("V14", file.path() + ": key " + key + is + "; expected " + expected);
    }

    private static String quoted(byte[] bytes, int start, int end) {
        int shown = Math.min(end, start + 40);
        return "\"" + new String(bytes, start, shown - start, StandardCharsets.UTF_8) + (shown < end ? "…" : "") + "\"";
    }
}
