package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizerTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "F16,  Q4_K_M, llama ?B Q4_K - Medium",
        "BF16, Q8_0,   llama ?B Q8_0",
        "F32,  Q4_K_S, llama ?B Q4_K - Small",
    })
    void plainWeightsBecomeAnotherTypeAndStillRun(Quantization from, Quantization to, String description)
            throws Exception {
        Path source = tiny(from);
        Path target = folder.resolve("target.gguf");
        List<String> begun = Collections.synchronizedList(new ArrayList<>());

        Quantizer.quantize(source, target, to, 2, begun::add);

        assertThat(begun).hasSize(21).contains("token_embd.weight", "blk.1.ffn_down.weight");
        assertThat(Files.size(target)).isLessThan(Files.size(source));
        try (LlamaModel model = LlamaModel.open(target, ModelSettings.DEFAULT);
                LlamaContext context = model.newContext(ContextSettings.of(64).withThreads(1, 1))) {
            assertThat(model.description()).isEqualTo(description);
            TokenBatch batch = new TokenBatch(4);
            for (int i = 0; i < 4; i++) batch.add(i + 10, i, 0, i == 3);
            assertThat(context.decode(batch)).isEqualTo(Decoder.Outcome.DONE);
            for (float logit : context.logits(3)) assertThat(logit).isFinite();
        }
    }

    @Test
    void quantisedWeightsAreRefusedInLlamaCppsWords() throws IOException {
        Path mixed = folder.resolve("mixed.gguf");
        TinyModel.write(mixed, 1);

        assertThatThrownBy(() -> quantize(mixed))
                .hasMessageContaining("requantizing from type")
                .hasMessageContaining("disabled");
    }

    @Test
    void weightsThatAreNoNumbersAreRefused() throws IOException {
        Path source = tiny(Quantization.F16);
        byte[] bytes = Files.readAllBytes(source);
        for (int i = bytes.length - 64; i < bytes.length; i++) bytes[i] = (byte) 0xff; // NaN
        Files.write(source, bytes);

        assertThatThrownBy(() -> quantize(source)).hasMessageContaining("invalid data");
    }

    @Test
    void whatKillsLlamaCppKillsOnlyTheProcessBesideUs() throws IOException {
        Path source = folder.resolve("source.gguf");
        TinyModel experts = TinyModel.seeded(1).withType(Quantization.F16);
        experts.write(source, gguf -> gguf.number("llama.expert_count", 8)); // and none of them in use: an assertion

        assertThatThrownBy(() -> quantize(source))
                .isInstanceOf(LlamaException.class)
                .hasMessageContaining("it died of SIGABRT");
    }

    @Test
    void anInterruptedQuantisationEndsItsProcess() throws Exception {
        Path source = folder.resolve("source.gguf");
        TinyModel.seeded(1).withType(Quantization.F32).withLayers(40).write(source);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        Thread worker = Thread.ofPlatform().start(() -> {
            try {
                Quantizer.quantize(source, folder.resolve("t"), Quantization.Q4_K_M, 1, name -> begun.countDown());
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        begun.await();

        worker.interrupt();
        worker.join();

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(ProcessHandle.current().children().filter(child -> !before.contains(child)))
                .isEmpty();
    }

    private void quantize(Path source) throws InterruptedException {
        Quantizer.quantize(source, folder.resolve("target.gguf"), Quantization.Q4_K_M, 1, name -> {});
    }

    private Path tiny(Quantization type) throws IOException {
        Path file = folder.resolve("source.gguf");
        TinyModel.seeded(1).withType(type).write(file);
        return file;
    }
}
