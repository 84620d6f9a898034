package dev.chasqui.llama;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What a call from Java into llama.cpp costs by the foreign function interface, and a token's text.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
public class NativeCalls {

    private static final int SEED = 42;
    private static final int LONGEST = 256;
    /// Letters of a tiny model are tokens from here on.
    private static final int TOKEN = 100;

    private Path file;
    private LlamaModel model;
    private Arena arena;
    private MemorySegment vocabulary;
    private MemorySegment room;

    /// JMH fills the fields in [#open].
    @SuppressWarnings("NullAway.Init")
    public NativeCalls() {}

    @Setup
    public void open() throws IOException {
        file = Files.createTempFile("chasqui-bench", ".gguf");
        TinyModel.write(file, SEED);
        model = LlamaModel.open(file, ModelSettings.DEFAULT);
        arena = Arena.ofConfined();
        vocabulary = ModelH.modelGetVocab(model.address());
        room = arena.allocate(LONGEST);
    }

    @TearDown
    public void close() throws IOException {
        arena.close();
        model.close();
        Files.delete(file);
    }

    /// `llama_vocab_n_tokens`, which only reads a field.
    @Benchmark
    public int ffmCall() {
        return VocabH.vocabNTokens(vocabulary);
    }

    /// `llama_token_to_piece` into a buffer that is there.
    @Benchmark
    public int tokenToPiece() {
        return VocabH.tokenToPiece(vocabulary, TOKEN, room, LONGEST, 0, true);
    }

    /// The same as the engine has it: checked, and from Java's copy.
    @Benchmark
    public byte[] knownPiece() {
        return model.vocabulary().piece(TOKEN, true);
    }
}
