package dev.chasqui.gguf;

import dev.chasqui.gguf.GateLimits.Limit;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether llama.cpp can build a model of what a file says about it: rules V10 to V13. Most of what is wrong here it
/// meets with an assertion, which ends the process.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/src/llama-model.cpp">llama-model.cpp,
///      `load_hparams`</a>
final class ModelRules {

    private static final Set<String> SCALING_TYPES = Set.of("none", "linear", "yarn", "longrope");
    /// Where a count of one expert means that there are none.
    private static final Set<String> ONE_EXPERT_IS_NONE = Set.of("hunyuan_vl", "hunyuan-dense");

    private static final int MOST_HEADS = 1 << 16;
    private static final int MOST_WIDTH = 1 << 24;
    private static final int MOST_POOLING = 4;

    private final GgufFile file;
    private final GateLimits limits;

    ModelRules(GgufFile file, GateLimits limits) {
        this.file = file;
        this.limits = limits;
    }

    void check() {
        requireArchitecture();
        int blocks = (int) required("V11", "block_count", 1, limits.most(Limit.BLOCKS));
        required("V11", "context_length", 1, limits.most(Limit.CONTEXT));
        long width = required("V11", "embedding_length", 1, MOST_WIDTH);
        optional("V11", "nextn_predict_layers", 0, blocks);
        if (file.values().get(key("feed_forward_length")) instanceof GgufArray array && array.count() != blocks) {
            throw wrong("V10", key("feed_forward_length"), array, "one number for each of the " + blocks + " layers");
        }
        checkHeads(blocks, width);
        optional("V11", "pooling_type", 0, MOST_POOLING);
        checkExperts(blocks);
        checkNumbers();
    }

    private void requireArchitecture() {
        Object name = file.values().get("general.architecture");
        if (!(name instanceof String text))
            throw wrong("V10", "general.architecture", name, "the name of a model's family");
        if (Architectures.isKnown(text) || limits.allows(text)) return;
        throw wrong(
                "V10",
                "general.architecture",
                text,
                "one of the families llama.cpp v0.5.0 knows; for another build of it set " + GateLimits.VARIABLE
                        + "=architectures=" + text);
    }

    /// Of one layer, or of each.
    private void checkHeads(int blocks, long width) {
        List<Long> heads = perLayer("attention.head_count", blocks);
        if (heads.isEmpty()) return;
        List<Long> keys = perLayer("attention.head_count_kv", blocks);
        if (keys.isEmpty()) keys = heads;
        boolean some = false;
        for (int i = 0; i < blocks; i++) {
            long here = heads.get(i);
            long shared = keys.get(i);
            some |= here > 0;
            if (shared > 0 && (here < shared || here % shared != 0) && here > 0) {
                throw wrong(
                        "V11",
                        key("attention.head_count_kv"),
                        shared,
                        "a divisor of the " + here + " heads of layer " + i);
            }
        }
        boolean mayLack = Architectures.mayLackAttention(file.architecture());
        if (!some && !mayLack) throw wrong("V11", key("attention.head_count"), 0, "at least one head");
        if (keys.stream().allMatch(count -> count == 0) && !mayLack) {
            throw wrong("V11", key("attention.head_count_kv"), 0, "at least one head");
        }
        if (heads.getFirst() > 0) checkHeadWidth(width, heads.getFirst());
    }

    private void checkHeadWidth(long width, long heads) {
        Optional<Long> given = optional("V11", "attention.key_length", 1, MOST_WIDTH);
        optional("V11", "attention.value_length", 1, MOST_WIDTH);
        if (given.isEmpty() && width % heads != 0) {
            throw wrong("V11", key("embedding_length"), width, "a multiple of the " + heads + " heads");
        }
        long head = given.orElse(width / heads);
        Optional<Long> turned = optional("V11", "rope.dimension_count", 0, MOST_WIDTH);
        if (turned.isPresent() && (turned.get() > head || turned.get() % 2 != 0)) {
            throw wrong(
                    "V11",
                    key("rope.dimension_count"),
                    turned.get(),
                    "an even number up to the " + head + " of a head");
        }
    }

    private void checkExperts(int blocks) {
        long count =
                optional("V12", "expert_count", 0, limits.most(Limit.EXPERTS)).orElse(0L);
        long used = perLayer("expert_used_count", blocks).stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        if (count <= 1 && ONE_EXPERT_IS_NONE.contains(file.architecture())) return;
        if (used > count || (count > 0 && used == 0)) {
            throw wrong(
                    "V12", key("expert_used_count"), used, count == 0 ? "0, there are no experts" : "1 to " + count);
        }
        long groups =
                optional("V12", "expert_group_count", 0, Math.max(0, count - 1)).orElse(0L);
        if (groups <= 1) return;
        if (count % groups != 0) {
            throw wrong("V12", key("expert_group_count"), groups, "a divisor of the " + count + " experts");
        }
        long usedGroups =
                optional("V12", "expert_group_used_count", 0, groups - 1).orElse(0L);
        if (usedGroups == 0) throw wrong("V12", key("expert_group_used_count"), 0, "1 to " + (groups - 1));
    }

    private void checkNumbers() {
        String prefix = file.architecture() + ".";
        for (Map.Entry<String, Object> entry : file.values().entrySet()) {
            String key = entry.getKey();
            boolean real = entry.getValue() instanceof Float || entry.getValue() instanceof Double;
            if (!key.startsWith(prefix) || !real) continue;
            double number = ((Number) entry.getValue()).doubleValue();
            if (!Double.isFinite(number)) throw wrong("V13", key, number, "a finite number");
            if (key.contains("epsilon") && !(number >= 0 && number <= limits.epsilon())) {
                throw wrong("V13", key, number, "0 to " + limits.epsilon());
            }
            if (key.contains("rope.freq_base") && number <= 0) throw wrong("V13", key, number, "a number above 0");
            boolean scale = key.endsWith("rope.scaling.factor") || key.endsWith("rope.scale_linear");
            if (scale && number < 0) throw wrong("V13", key, number, "a number above 0, or 0 for none");
        }
        Object scaling = file.values().get(key("rope.scaling.type"));
        if (scaling != null && !SCALING_TYPES.contains(scaling)) {
            throw wrong("V13", key("rope.scaling.type"), scaling, "none, linear, yarn or longrope");
        }
    }

    /// One number for all layers, or one for each; empty where there is none.
    private List<Long> perLayer(String name, int blocks) {
        String rule = name.startsWith("expert") ? "V12" : "V11";
        Object value = file.values().get(key(name));
        if (value == null) return List.of();
        if (!(value instanceof GgufArray array)) {
            return Collections.nCopies(blocks, number(rule, name, value, 0, MOST_HEADS));
        }
        boolean whole = array.type() == ValueType.INT32 || array.type() == ValueType.UINT32;
        if (array.count() != blocks || !whole) {
            throw wrong("V10", key(name), value, "a number, or one for each of the " + blocks + " layers");
        }
        return array.values().stream()
                .map(each -> number(rule, name, each, 0, MOST_HEADS))
                .toList();
    }

    private long required(String rule, String name, long least, long most) {
        return optional(rule, name, least, most)
                .orElseThrow(() -> new GgufException(
                        "V10",
                        file.path() + ": key " + key(name) + " is missing; expected a number from " + least + " to "
                                + most));
    }

    private Optional<Long> optional(String rule, String name, long least, long most) {
        Object value = file.values().get(key(name));
        if (value == null) return Optional.empty();
        ValueType type = file.type(key(name)).orElseThrow();
        if (type != ValueType.UINT32)
            throw wrong("V10", key(name), value + " of type " + type, "a number of type UINT32");
        return Optional.of(number(rule, name, value, least, most));
    }

    private long number(String rule, String name, Object value, long least, long most) {
        if (value instanceof Long number && number >= least && number <= most) return number;
        String expected = least == most ? String.valueOf(least) : least + " to " + most;
        throw wrong(rule, key(name), value instanceof BigInteger big ? big.toString() : value, expected);
    }

    private String key(String name) {
        return file.architectureKey(name);
    }

    private GgufException wrong(String rule, String key, @Nullable Object value, String expected) {
        String is = value == null ? " is missing" : " is " + shown(value);
        return new GgufException(rule, file.path() + ": key " + key + is + "; expected " + expected);
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
