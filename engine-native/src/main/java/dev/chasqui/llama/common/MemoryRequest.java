package dev.chasqui.llama.common;

import dev.chasqui.llama.ModelSettings;
import java.nio.file.Path;
import java.util.List;

/// What is to be fitted.
///
/// @param contextTokens      the context's size; `0` takes what the model was trained for, or less if that does
///                           not fit
/// @param leastContextTokens never make it smaller than this
/// @param batchTokens        most tokens of one decode, `n_batch`
/// @param microBatchTokens   most tokens computed at once, `n_ubatch`
/// @param sequences          most sequences at once, 1 to 256
/// @param unified            whether all sequences share one KV cache
/// @param flashAttention     -1 lets llama.cpp decide, 0 off, 1 on
/// @param keyType            of cached keys
/// @param valueType          of cached values
/// @param gpuLayers          fixes the layers for GPUs; -1 lets them be chosen
/// @param marginBytes        memory to leave free on each device
/// @param outputs            most rows of a batch that ask for logits; `0` for as many as the batch has
/// @param mainGpu            the only GPU to use, counted from 0; -1 uses them all
/// @param tensorSplit        shares of the GPUs, relative to each other; empty lets them be chosen
public record MemoryRequest(
        int contextTokens,
        int leastContextTokens,
        int batchTokens,
        int microBatchTokens,
        int sequences,
        boolean unified,
        int flashAttention,
        CacheType keyType,
        CacheType valueType,
        int gpuLayers,
        long marginBytes,
        int outputs,
        int mainGpu,
        List<Float> tensorSplit) {

    /// The types of a KV cache that are safe to ask for; others end the process.
    public enum CacheType {
        F32(0),
        F16(1),
        Q4_0(2),
        Q4_1(3),
        Q5_0(6),
        Q5_1(7),
        Q8_0(8),
        BF16(30);

        private final int ggmlType;

        CacheType(int ggmlType) {
            this.ggmlType = ggmlType;
        }
    }

    private static final int MOST_CONTEXT = 1 << 24;
    private static final int MOST_BATCH = 1 << 16;

    public MemoryRequest {
        require("num_ctx", contextTokens, 0, MOST_CONTEXT);
        require("the least num_ctx", leastContextTokens, 0, MOST_CONTEXT);
        require("num_batch", batchTokens, 1, MOST_BATCH);
        require("the micro-batch", microBatchTokens, 1, MOST_BATCH);
        require("sequences", sequences, 1, 256);
        require("flash attention", flashAttention, -1, 1);
        require("num_gpu", gpuLayers, -1, 1 << 16);
        require("the margin in bytes", marginBytes, 0, 1L << 50);
        require("outputs", outputs, 0, MOST_BATCH);
        require("main_gpu", mainGpu, -1, ModelSettings.MOST_GPUS - 1);
        tensorSplit = ModelSettings.requireShares(tensorSplit);
    }

    /// One unified cache in F16, everything else for llama.cpp to choose; 1 GiB stays free on each device.
    public static MemoryRequest of(int contextTokens, int sequences) {
        return new MemoryRequest(
                contextTokens,
                4096,
                2048,
                512,
                sequences,
                true,
                -1,
                CacheType.F16,
                CacheType.F16,
                -1,
                1L << 30,
                0,
                -1,
                List.of());
    }

    byte[] toBytes(Path gguf) {
        Fields.Out fields = new Fields.Out()
                .add(gguf.toString())
                .add(contextTokens)
                .add(leastContextTokens)
                .add(batchTokens)
                .add(microBatchTokens)
                .add(sequences)
                .add(unified)
                .add(flashAttention)
                .add(keyType.ggmlType)
                .add(valueType.ggmlType)
                .add(gpuLayers)
                .add(marginBytes)
                .add(outputs)
                .add(mainGpu);
        tensorSplit.forEach(share -> fields.add(share.toString()));
        return fields.toBytes();
    }

    private static void require(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is " + value + "; expected " + least + " to " + most);
        }
    }
}
