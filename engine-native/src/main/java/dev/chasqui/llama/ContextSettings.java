package dev.chasqui.llama;

/// The size and shape of a context: its KV cache, its batches, its threads.
///
/// @param contextTokens    tokens the KV cache holds over all sequences; llama.cpp rounds up to 256
/// @param batchTokens      most rows one decode may have
/// @param microBatchTokens rows computed at a time; compute buffers grow with it
/// @param sequences        conversations the cache tells apart, `1` to `256`; more than one share one cache
/// @param threads          threads for one token at a time
/// @param batchThreads     threads for prompts
/// @param outputs          most rows of a batch that may ask for logits; output buffers grow with it
/// @param flashAttention   flash attention: the model's choice, on, or off
/// @param keyType          what keys are kept as
/// @param valueType        what values are kept as; quantised values need flash attention
/// @param offloadKv        keeps the cache on the GPU, where layers are there
/// @param swaFull          keeps sliding-window layers at full length, so that any prefix can be taken up again
public record ContextSettings(
        int contextTokens,
        int batchTokens,
        int microBatchTokens,
        int sequences,
        int threads,
        int batchThreads,
        int outputs,
        FlashAttention flashAttention,
        CacheType keyType,
        CacheType valueType,
        boolean offloadKv,
        boolean swaFull) {

    private static final int MOST_SEQUENCES = 256;
    private static final int MOST_THREADS = 512;

    /// When attention runs fused. The number is llama.cpp's.
    public enum FlashAttention {
        AUTO(-1),
        OFF(0),
        ON(1);

        final int code;

        FlashAttention(int code) {
            this.code = code;
        }
    }

    /// What the KV cache stores: only types that are known to work. The number is ggml's.
    public enum CacheType {
        F16(1),
        BF16(30),
        Q8_0(8),
        Q4_0(2);

        final int code;

        CacheType(int code) {
            this.code = code;
        }

        /// Whether values kept so need flash attention.
        public boolean quantized() {
            return this == Q8_0 || this == Q4_0;
        }
    }

    /// One conversation of this length, with the defaults for everything else.
    public static ContextSettings of(int contextTokens) {
        int batch = Math.min(contextTokens, 512);
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        return new ContextSettings(
                contextTokens,
                batch,
                batch,
                1,
                threads,
                threads,
                1,
                FlashAttention.AUTO,
                CacheType.F16,
                CacheType.F16,
                true,
                true);
    }

    /// @throws IllegalArgumentException if a value is outside its range; the message names the field
    public ContextSettings {
        within("num_ctx", contextTokens, 1, 1 << 24);
        within("num_batch", batchTokens, 1, 1 << 16);
        within("micro-batch", microBatchTokens, 1, batchTokens);
        within("sequences", sequences, 1, MOST_SEQUENCES);
        within("num_thread", threads, 1, MOST_THREADS);
        within("batch threads", batchThreads, 1, MOST_THREADS);
        within("outputs", outputs, 1, batchTokens);
        if (valueType.quantized() && flashAttention == FlashAttention.OFF) {
            throw new IllegalArgumentException(
                    "values are kept as " + valueType + "; that needs flash attention, which is off");
        }
    }

    public ContextSettings withContextTokens(int tokens) {
        return new ContextSettings(
                tokens,
                batchTokens,
                microBatchTokens,
                sequences,
                threads,
                batchThreads,
                outputs,
                flashAttention,
                keyType,
                valueType,
                offloadKv,
                swaFull);
    }

    public ContextSettings withBatch(int tokens, int microBatch) {
        return new ContextSettings(
                contextTokens,
                tokens,
                microBatch,
                sequences,
                threads,
                batchThreads,
                Math.min(outputs, tokens),
                flashAttention,
                keyType,
                valueType,
                offloadKv,
                swaFull);
    }

    /// So many conversations, each of which may ask for the logits of one row.
    public ContextSettings withSequences(int count) {
        return new ContextSettings(
                contextTokens,
                batchTokens,
                microBatchTokens,
                count,
                threads,
                batchThreads,
                Math.min(Math.max(outputs, count), batchTokens),
                flashAttention,
                keyType,
                valueType,
                offloadKv,
                swaFull);
    }

    public ContextSettings withOutputs(int rows) {
        return new ContextSettings(
                contextTokens,
                batchTokens,
                microBatchTokens,
                sequences,
                threads,
                batchThreads,
                rows,
                flashAttention,
                keyType,
                valueType,
                offloadKv,
                swaFull);
    }

    public ContextSettings withThreads(int decode, int batch) {
        return new ContextSettings(
                contextTokens,
                batchTokens,
                microBatchTokens,
                sequences,
                decode,
                batch,
                outputs,
                flashAttention,
                keyType,
                valueType,
                offloadKv,
                swaFull);
    }

    public ContextSettings withCache(FlashAttention flash, CacheType keys, CacheType values) {
        return new ContextSettings(
                contextTokens,
                batchTokens,
                microBatchTokens,
                sequences,
                threads,
                batchThreads,
                outputs,
                flash,
                keys,
                values,
                offloadKv,
                swaFull);
    }

    private static void within(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " is " + value + "; expected " + least + " to " + most);
        }
    }
}
