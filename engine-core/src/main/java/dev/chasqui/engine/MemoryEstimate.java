package dev.chasqui.engine;

import dev.chasqui.gguf.AttentionShape;
import dev.chasqui.gguf.GgufArray;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;

/// What a context takes, from the file's head alone: milliseconds, where llama.cpp's own answer costs a
/// second. A test holds it against that.
final class MemoryEstimate {

    /// llama.cpp rounds a cache up to so many tokens.
    private static final int CELLS = 256;

    private static final double MOST = 1L << 60;

    private MemoryEstimate() {}

    /// Of all layers at full length, those with a sliding window too: that is how contexts are made here.
    static long kvBytes(GgufFile facts, ContextSettings context) {
        if (facts.isEncoder()) return 0;
        double attention = facts.attention()
                .map(shape -> (double) shape.cachedHeads()
                        * (shape.keyLength() * bytes(context.keyType())
                                + shape.valueLength() * bytes(context.valueType())))
                .orElse(0.0);
        return whole(attention * cells(context) + recurrentBytes(facts) * context.sequences());
    }

    /// The widest point of the graph for one micro-batch, the masks, and the logits.
    static long computeBytes(GgufFile facts, ContextSettings context) {
        double rows = context.microBatchTokens();
        double embedding = facts.embeddingLength().orElse(4096);
        double heads = facts.attention()
                .map(shape -> (double) shape.mostHeads() * Math.max(shape.keyLength(), shape.valueLength()))
                .orElse(embedding);
        double forward = forwardLength(facts, embedding);
        double activations = 4 * rows * (3 * forward + 4 * embedding + 2 * heads);

        boolean fused = context.flashAttention() != FlashAttention.OFF;
        int masks = facts.slidingWindow().orElse(0) > 0 ? 2 : 1;
        double attention = rows * cells(context) * (fused ? 2 * masks : 4 * masks + 4.0 * mostHeads(facts));
        double logits = 4.0
                * Math.max(context.outputs(), context.sequences())
                * facts.vocabSize().orElse(150_000);
        double scratch = 2 * rows * Math.max(forward, heads) + (1 << 20); // of the CPU's matrix products
        double head = facts.isEncoder() ? 0 : logits + (1 << 20); // the rows themselves are there without one, too
        return whole(Math.max(activations + attention, head) + logits + scratch);
    }

    /// The rows of logits that are handed out; llama.cpp leaves them out of what it reports.
    static long outputBytes(GgufFile facts, ContextSettings context) {
        return 4L
                * Math.max(context.outputs(), context.sequences())
                * facts.vocabSize().orElse(150_000);
    }

    private static double forwardLength(GgufFile facts, double embedding) {
        double dense = most(facts, "feed_forward_length", 0);
        double experts = most(facts, "expert_feed_forward_length", 0) * most(facts, "expert_used_count", 0)
                + most(facts, "expert_shared_feed_forward_length", 0);
        double known = Math.max(dense, experts);
        return known > 0 ? known : 4 * embedding;
    }

    /// Of layers that keep a state instead of a cache (Mamba and its kin), per sequence.
    private static double recurrentBytes(GgufFile facts) {
        double inner = most(facts, "ssm.inner_size", 0);
        double state = most(facts, "ssm.state_size", 0);
        double convolution =
                most(facts, "ssm.conv_kernel", 0) * (inner + 2 * most(facts, "ssm.group_count", 0) * state);
        return 4 * facts.blockCount().orElse(0) * (inner * state + convolution);
    }

    /// A number, or the largest of one per layer.
    private static double most(GgufFile facts, String key, double otherwise) {
        Object value = facts.values().get(facts.architectureKey(key));
        if (value instanceof Number number) return number.doubleValue();
        if (!(value instanceof GgufArray array)) return otherwise;
        return array.values().stream()
                .filter(Number.class::isInstance)
                .mapToDouble(number -> ((Number) number).doubleValue())
                .max()
                .orElse(otherwise);
    }

    private static int mostHeads(GgufFile facts) {
        return facts.attention().map(AttentionShape::mostHeads).orElse(32);
    }

    private static long cells(ContextSettings context) {
        return (context.contextTokens() + CELLS - 1L) / CELLS * CELLS;
    }

    private static double bytes(CacheType type) {
        return switch (type) {
            case F16, BF16 -> 2;
            case Q8_0 -> 34.0 / 32;
            case Q4_0 -> 18.0 / 32;
        };
    }

    /// A file may claim anything: the sum of a few of these must not overflow.
    private static long whole(double bytes) {
        return (long) Math.ceil(Math.clamp(bytes, 0, MOST));
    }
}
