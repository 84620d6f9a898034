package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepackingTest {

    private static final Repacking AVX2 = new Repacking(Set.of("AVX2"));
    private static final Repacking AMX = new Repacking(Set.of("AVX2", "AVX512", "AMX_INT8"));

    @TempDir
    private Path folder;

    @Test
    void llamaCppsOwnWordsNameTheFeatures() {
        assertThat(Repacking.parse("CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 0 | REPACK = 1 | ")
                        .features())
                .containsExactlyInAnyOrder("SSE3", "AVX2", "REPACK");
    }

    @Test
    void whichTypesAreCopiedDependsOnTheProcessor() {
        GgufFile facts = read(TinyGguf.llama()
                .tensor("output.weight", TensorType.F32, 64, 6)
                .tensor("blk.0.ffn_up.weight", TensorType.Q4_1, 64, 64)
                .tensor("blk.0.ffn_down.weight", TensorType.Q8_0, 64, 64));
        long q40 = 64 * 64 / 32 * 18;
        long q41 = 64 * 64 / 32 * 20;
        long q80 = 64 * 64 / 32 * 34;

        assertThat(Repacking.NONE.of(facts)).isEqualTo(new Repacking.Copy(0, 0));
        assertThat(AVX2.of(facts)).isEqualTo(new Repacking.Copy(q40, q40));
        assertThat(AMX.of(facts))
                .as("AMX adds four bytes to each block of Q8_0")
                .isEqualTo(new Repacking.Copy(q40 + q41 + q80 + 64 * 64 / 32 * 4, q40 + q41 + q80));
        assertThat(new Repacking(Set.of("NEON", "DOTPROD")).of(facts).bytes()).isEqualTo(q40 + q80);
    }

    @Test
    void rowsThatDoNotFillAGroupStayAsTheyAre() {
        GgufFile facts = read(TinyGguf.llama().tensor("blk.0.attn_k.weight", TensorType.Q4_0, 64, 12));

        assertThat(AVX2.of(facts).bytes()).isEqualTo(64 * 64 / 32 * 18);
    }

    @Test
    void embeddingsThatAreTheOutputTooAreCopiedAndKept() {
        GgufFile facts = read(new TinyGguf()
                .key("general.architecture", "llama")
                .key("llama.block_count", 1)
                .tensor("token_embd.weight", TensorType.Q4_0, 64, 64));
        long bytes = 64 * 64 / 32 * 18;

        assertThat(AVX2.of(facts)).isEqualTo(new Repacking.Copy(bytes, 0));
    }

    @Test
    void onThisMachineItIsWhatLlamaCppDoes() throws IOException {
        Path file = folder.resolve("real.gguf");
        TinyModel.write(file, 7);
        GgufFile facts = GgufFile.read(file);
        Repacking here = Hardware.ofThisMachine().repacking();

        long placed = Hardware.ofThisMachine()
                .fit(file, dev.chasqui.llama.common.MemoryRequest.of(512, 1))
                .devices()
                .getLast()
                .weightsBytes();

        // What is repacked llama.cpp leaves out of the host's weights; a tensor's end is padded.
        assertThat(facts.weightsBytes() - placed).isCloseTo(here.of(facts).replacedBytes(), within(4096L));
    }

    private static org.assertj.core.data.Offset<Long> within(long bytes) {
        return org.assertj.core.data.Offset.offset(bytes);
    }

    private GgufFile read(TinyGguf gguf) {
        Path file = folder.resolve("model.gguf");
        gguf.write(file);
        return GgufFile.read(file);
    }
}
