package dev.chasqui.schedule;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder.Outcome;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.llama.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to begin with a long prompt that is in the KV cache already, among others that begin as it does.
///
/// The model is a tiny one with random weights: a copy touches what llama.cpp keeps of each cell, not the keys and
/// values in it, so it costs the same for every model of one cache.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g", "-Xss16m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
public class PrefixSharing {

    private static final int SEED = 42;
    private static final int SEQUENCES = 48;
    private static final int BRANCHES = 16;
    private static final int BRANCH_TOKENS = 16;
    private static final int VOCABULARY = 250;

    @Param("15000")
    private int tokens;

    private Path file;
    private LlamaModel model;
    private LlamaContext context;
    private KvCache cache;
    private int[] prompt;
    private int seated = Sequence.NO_SLOT;

    /// JMH fills the fields in [#fill].
    @SuppressWarnings("NullAway.Init")
    public PrefixSharing() {}

    /// The prompt is parked, and so are others that part from it all along its way.
    @Setup
    public void fill() throws IOException {
        file = Files.createTempFile("chasqui-bench", ".gguf");
        int cells = tokens + (BRANCHES + 1) * BRANCH_TOKENS;
        TinyModel.seeded(SEED).withContextTokens(cells).write(file);
        model = LlamaModel.open(file, ModelSettings.DEFAULT);
        context = model.newContext(ContextSettings.of(cells).withSequences(SEQUENCES));
        cache = new KvCache(context, true, 0);
        Random random = new Random(SEED);
        prompt = random.ints(tokens, 0, VOCABULARY).toArray();
        compute(prompt);
        for (int i = 1; i <= BRANCHES; i++) {
            int[] other = Arrays.copyOf(prompt, i * tokens / (BRANCHES + 1) + BRANCH_TOKENS);
            for (int k = other.length - BRANCH_TOKENS; k < other.length; k++) other[k] = random.nextInt(VOCABULARY);
            compute(other);
        }
    }

    @TearDown
    public void close() throws IOException {
        context.close();
        model.close();
        Files.delete(file);
    }

    /// How much of the prompt is there.
    @Benchmark
    public int lookUp() {
        return cache.known(prompt, prompt.length - 1);
    }

    /// A request takes all of it but the last token.
    @Benchmark
    public int lookUpAndCopy() {
        seated = cache.seat(prompt, prompt.length - 1, 0);
        return seated;
    }

    /// The request is gone again; not timed.
    @TearDown(Level.Invocation)
    public void drop() {
        if (seated == Sequence.NO_SLOT) return;
        if (cache.length(seated) != prompt.length - 1) throw new IllegalStateException("the prefix was not shared");
        cache.drop(seated);
        seated = Sequence.NO_SLOT;
    }

    private void compute(int[] sequence) {
        int slot = cache.seat(sequence, sequence.length - 1, 0);
        TokenBatch batch = new TokenBatch(context.batchTokens());
        for (int done = cache.length(slot); done < sequence.length; done = cache.length(slot)) {
            batch.clear();
            int end = Math.min(sequence.length, done + context.batchTokens());
            for (int i = done; i < end; i++) batch.add(sequence[i], i, slot, false);
            if (context.decode(batch) != Outcome.DONE) throw new IllegalStateException("the prompt was not computed");
            cache.append(slot, sequence, done, end - done);
        }
        cache.park(slot, 0, Optional.empty());
    }
}
