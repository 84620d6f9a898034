package dev.chasqui.llama;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The tiny model of the tests, written once.
final class Tiny {

    static final long SEED = 42;

    private static final Path FILE = create();

    private Tiny() {}

    static Path file() {
        return FILE;
    }

    static LlamaModel model() {
        return LlamaModel.open(FILE, ModelSettings.DEFAULT);
    }

    static ContextSettings settings() {
        return ContextSettings.of(512).withBatch(64, 64).withThreads(1, 1);
    }

    /// A batch of `count` rows of one sequence from a position on, whose last row asks for logits.
    static TokenBatch rows(int sequence, int from, int count) {
        TokenBatch batch = new TokenBatch(count);
        for (int i = 0; i < count; i++) batch.add(10 + (from + i) % 200, from + i, sequence, i == count - 1);
        return batch;
    }

    private static Path create() {
        try {
            Path file = Files.createTempFile("chasqui-tiny", ".gguf");
            file.toFile().deleteOnExit();
            TinyModel.write(file, SEED);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
