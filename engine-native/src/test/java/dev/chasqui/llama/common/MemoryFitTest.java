package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryFitTest {

    @TempDir
    Path folder;

    @Test
    void aSmallModelFitsAndTheHostIsAccountedFor() throws IOException {
        MemoryFit fit = MemoryFit.of(tiny(), MemoryRequest.of(512, 2));

        assertThat(fit.fits()).isTrue();
        assertThat(fit.contextTokens()).isEqualTo(512);
        assertThat(fit.layers()).isPositive();
        assertThat(fit.devices().getLast().name()).isEqualTo("CPU");
        assertThat(fit.devices().stream()
                        .mapToLong(MemoryFit.DeviceMemory::usedBytes)
                        .sum())
                .isPositive();
        assertThat(fit.devices().getLast().totalBytes()).isGreaterThan(1L << 28);
    }

    @Test
    void aContextOfNoSizeTakesWhatTheModelWasTrainedFor() throws IOException {
        assertThat(MemoryFit.of(tiny(), MemoryRequest.of(0, 1)).contextTokens()).isEqualTo(2048);
    }

    @Test
    void whatIsNoModelIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("not-a-model.gguf"), "not a model");

        assertThatThrownBy(() -> MemoryFit.of(text, MemoryRequest.of(512, 1)))
                .isInstanceOf(LlamaException.class)
                .hasMessageContaining("not-a-model.gguf");
        assertThatThrownBy(() -> MemoryFit.of(folder, MemoryRequest.of(512, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MemoryFit.of(folder.resolve("missing"), MemoryRequest.of(512, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is not a file that can be read");
    }

    @Test
    void absurdRequestsAreRefused() {
        assertThatThrownBy(() -> MemoryRequest.of(-1, 1)).hasMessageContaining("num_ctx is -1");
        assertThatThrownBy(() -> MemoryRequest.of(512, 257)).hasMessageContaining("sequences is 257");
    }

    private Path tiny() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        return file;
    }
}
