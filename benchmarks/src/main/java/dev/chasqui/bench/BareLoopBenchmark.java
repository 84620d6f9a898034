package dev.chasqui.bench;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The ceiling: what a decode and a prefill take through the bare binding.
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g", "-Xss16m"})
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 5, time = 5)
public class BareLoopBenchmark {

    @Param("smollm2:135m")
    private String model = "";

    private BareLoop loop;
    private int[] endless;
    private int[][] prompts;
    private int number;

    /// JMH fills the fields in [#open].
    @SuppressWarnings("NullAway.Init")
    public BareLoopBenchmark() {}

    @Setup
    public void open() {
        BenchModel files = BenchModel.named(model);
        loop = new BareLoop(files.gguf(), Workload.CONTEXT_TOKENS, BenchModel.threads());
        endless = loop.tokens(loop.endlessPrompt());
        prompts = IntStream.range(0, 100)
                .mapToObj(i -> loop.tokens(loop.texts().of(Workload.FIRST_TOKEN_PROMPT, i)))
                .toArray(int[][]::new);
    }

    @TearDown
    public void close() {
        loop.close();
    }

    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public long prefill() {
        return loop.prefillNanos(prompts[number++ % prompts.length]);
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public double decode128() {
        return loop.decodeRate(endless, Workload.DECODE_TOKENS);
    }
}
