package dev.chasqui.gguf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Sizes of a model's attention layers.
///
/// @param heads       per layer
/// @param kvHeads     per layer; `0` where a layer keeps no cache
/// @param keyLength   elements of one head's key, the longest if layers differ
/// @param valueLength elements of one head's value, likewise
public record AttentionShape(List<Integer> heads, List<Integer> kvHeads, int keyLength, int valueLength) {

    private static final int MOST_HEADS = 1 << 16;

    public AttentionShape {
        heads = List.copyOf(heads);
        kvHeads = List.copyOf(kvHeads);
    }

    static Optional<AttentionShape> of(GgufFile file) {
        OptionalInt blocks = file.blockCount();
        OptionalInt width = file.embeddingLength();
        Object headCount = file.values().get(file.architectureKey("attention.head_count"));
        if (blocks.isEmpty() || width.isEmpty() || headCount == null) return Optional.empty();

        List<Integer> heads = perLayer(file, "attention.head_count", headCount, blocks.getAsInt());
        Object kvCount = file.values().getOrDefault(file.architectureKey("attention.head_count_kv"), headCount);
        List<Integer> kvHeads = perLayer(file, "attention.head_count_kv", kvCount, blocks.getAsInt());
        kvHeads = withoutShared(file, kvHeads);
        int most = heads.stream().mapToInt(Integer::intValue).max().orElse(0);
        int headWidth = most == 0 ? 0 : width.getAsInt() / most;
        return Optional.of(new AttentionShape(
                heads,
                kvHeads,
                longest(file, "attention.key_length", headWidth),
                longest(file, "attention.value_length", headWidth)));
    }

    /// Heads of all layers that keep a cache.
    public long cachedHeads() {
        return kvHeads.stream().mapToLong(Integer::longValue).sum();
    }

    /// Heads of the layer that has most.
    public int mostHeads() {
        return heads.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /// @param bytesPerElement 2 for F16, 34 / 32.0 for Q8_0
    public long kvBytesPerToken(double bytesPerElement) {
        return (long) Math.ceil(cachedHeads() * ((double) keyLength + valueLength) * bytesPerElement);
    }

    private static List<Integer> perLayer(GgufFile file, String key, Object value, int blocks) {
        List<?> numbers = value instanceof GgufArray array && array.count() == blocks
                ? array.values()
                : value instanceof Long ? Collections.nCopies(blocks, value) : List.of();
        if (numbers.size() != blocks) {
            throw new GgufException(file.path() + ": key " + file.architectureKey(key) + " is " + value
                    + "; expected a number, or one for each of " + blocks + " layers");
        }
        return numbers.stream().map(number -> heads(file, key, number)).toList();
    }

    private static int heads(GgufFile file, String key, Object value) {
        if (value instanceof Long number && number >= 0 && number <= MOST_HEADS) return number.intValue();
        throw new GgufException(file.path() + ": key " + file.architectureKey(key) + " holds " + value
                + "; expected 0 to " + MOST_HEADS);
    }

    /// The last layers of some models look into an earlier layer's cache.
    private static List<Integer> withoutShared(GgufFile file, List<Integer> kvHeads) {
        int sharing = length(file, "attention.shared_kv_layers", 0);
        if (sharing == 0 || sharing > kvHeads.size()) return kvHeads;
        List<Integer> own = new ArrayList<>(kvHeads.subList(0, kvHeads.size() - sharing));
        own.addAll(Collections.nCopies(sharing, 0));
        return own;
    }

    /// Layers with a sliding window may have heads of another length.
    private static int longest(GgufFile file, String key, int otherwise) {
        int length = length(file, key, otherwise);
        return Math.max(length, length(file, key + "_swa", length));
    }

    private static int length(GgufFile file, String key, int otherwise) {
        Object value = file.values().get(file.architectureKey(key));
        if (value == null) return otherwise;
        if (value instanceof Long number && number >= 0 && number <= 1 << 20) return number.intValue();
        throw new GgufException(
                file.path() + ": key " + file.architectureKey(key) + " is " + value + "; expected 0 to " + (1 << 20));
    }
}
