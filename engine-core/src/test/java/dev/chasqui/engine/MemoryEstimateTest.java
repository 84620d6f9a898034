package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Progress;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.llama.common.MemoryFit;
import dev.chasqui.llama.common.MemoryFit.DeviceMemory;
import dev.chasqui.llama.common.MemoryRequest;
import dev.chasqui.store.Catalogue;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The estimate against llama.cpp's own numbers: never less, and not much more.
class MemoryEstimateTest {

    /// Scratch memory llama.cpp does not report.
    private static final double UNREPORTED_MIB = 2.5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"512,128,AUTO,F16", "4096,512,AUTO,F16", "8192,512,AUTO,F16", "4096,512,OFF,F16", "4096,256,ON,Q8_0"})
    void theDefaultModelTakesWhatLlamaCppSays(int tokens, int microBatch, FlashAttention flash, CacheType cache) {
        Path model = Catalogue.standard().file("smollm2:135m", Progress.NONE);
        GgufFile facts = GgufFile.read(model);
        ContextSettings context = ContextSettings.of(tokens)
                .withBatch(512, microBatch)
                .withSequences(16)
                .withCache(flash, cache, cache);
        MemoryRequest.CacheType type = MemoryRequest.CacheType.valueOf(cache.name());
        int fused = flash == FlashAttention.AUTO ? -1 : flash == FlashAttention.ON ? 1 : 0;

        DeviceMemory host = MemoryFit.of(
                        model,
                        new MemoryRequest(
                                tokens, tokens, 512, microBatch, 16, true, fused, type, type, 0, 0, 16, -1, List.of()))
                .devices()
                .getLast();

        assertThat(MemoryEstimate.kvBytes(facts, context)).isEqualTo(host.contextBytes());
        long reported = host.computeBytes() + MemoryEstimate.outputBytes(facts, context);
        assertCovers(MemoryEstimate.computeBytes(facts, context), reported / 1048576.0);
    }

    /// What llama.cpp logged for gemma-3-270m, Q4_K_M: compute buffer plus output buffer, in MiB.
    @ParameterizedTest
    @CsvSource({
        "512,128,1,9,5.69", "512,512,16,9,34.77", "4096,128,16,72,32.77", "4096,512,1,72,26.77",
        "4096,512,16,72,41.77", "8192,128,16,144,32.35", "8192,512,1,144,34.77", "8192,512,16,144,49.77"
    })
    void aModelWithASlidingWindowTakesWhatLlamaCppSays(
            int tokens, int microBatch, int sequences, long kvMebibytes, double computeMebibytes) {
        GgufFile facts = gemma();
        ContextSettings context =
                ContextSettings.of(tokens).withBatch(512, microBatch).withSequences(sequences);

        assertThat(MemoryEstimate.kvBytes(facts, context)).isEqualTo(kvMebibytes << 20);
        assertCovers(MemoryEstimate.computeBytes(facts, context), computeMebibytes);
    }

    @Test
    void whatAFileClaimsCannotOverflow() {
        TinyGguf absurd = TinyGguf.llama()
                .key("llama.block_count", 4096)
                .key("llama.attention.head_count", 65_536)
                .key("llama.attention.head_count_kv", 65_536)
                .key("llama.attention.key_length", 1 << 20)
                .key("llama.attention.value_length", 1 << 20)
                .key("llama.feed_forward_length", Integer.MAX_VALUE);
        GgufFile facts = read(absurd);

        MemoryPlan plan = MemoryPlan.onCpu(facts, ContextSettings.of(1 << 24), Repacking.NONE, true);

        assertThat(plan.kvBytes()).isGreaterThanOrEqualTo(1L << 60);
        assertThat(plan.totalBytes()).isGreaterThan(plan.kvBytes());
    }

    @Test
    void layersThatShareACacheTakeNone() {
        GgufFile all = read(TinyGguf.llama());
        GgufFile sharing = read(TinyGguf.llama().key("llama.attention.shared_kv_layers", 1));
        ContextSettings context = ContextSettings.of(256);

        assertThat(MemoryEstimate.kvBytes(sharing, context)).isEqualTo(MemoryEstimate.kvBytes(all, context) / 2);
    }

    private static void assertCovers(long estimate, double actualMebibytes) {
        assertThat(estimate / 1048576.0)
                .isGreaterThanOrEqualTo(actualMebibytes)
                .isLessThanOrEqualTo(actualMebibytes * 1.25 + UNREPORTED_MIB);
    }

    private GgufFile gemma() {
        return read(new TinyGguf()
                .key("general.architecture", "gemma3")
                .key("gemma3.block_count", 18)
                .key("gemma3.context_length", 32_768)
                .key("gemma3.embedding_length", 640)
                .key("gemma3.feed_forward_length", 2048)
                .key("gemma3.attention.head_count", 4)
                .key("gemma3.attention.head_count_kv", 1)
                .key("gemma3.attention.key_length", 256)
                .key("gemma3.attention.value_length", 256)
                .key("gemma3.attention.sliding_window", 512)
                .key("gemma3.vocab_size", 262_144)
                .key("tokenizer.ggml.tokens", List.of("a"))
                .tensor("token_embd.weight", TensorType.F32, 64, 6));
    }

    private GgufFile read(TinyGguf gguf) {
        Path file = folder.resolve("model.gguf");
        gguf.write(file);
        return GgufFile.read(file);
    }
}
