package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import java.util.concurrent.TimeUnit;
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

/// The same questions to the engine in this JVM and to a server: whole calls, as a program makes them.
///
/// The server is the one at `CHASQUI_BENCH_OLLAMA`, else our own, started for the run in a process beside this
/// one.
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g"})
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 5, time = 5)
public class BackendBenchmark {

    @Param({"embedded", "ollama"})
    private String backend = "";

    @Param("smollm2:135m")
    private String model = "";

    private Side side;
    private Backend asked;
    private Workload workload;
    private String endless;
    private int number;

    /// JMH fills the fields in [#open].
    @SuppressWarnings("NullAway.Init")
    public BackendBenchmark() {}

    @Setup
    public void open() {
        BenchModel files = BenchModel.named(model);
        side = Side.open(backend, files);
        asked = side.backend();
        workload = new Workload(files.name(), BenchModel.threads());
        workload.load(asked);
        endless = workload.endlessPrompt(asked);
    }

    @TearDown
    public void close() {
        side.close();
    }

    /// About 30 tokens in, the first piece out.
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public long firstToken() {
        return workload.firstTokenNanos(asked, Texts.words(number++, 0, 26), 0);
    }

    /// 128 tokens out.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public double decode128() {
        return workload.decodeRate(asked, endless);
    }

    /// 16 questions at once, 16 tokens out for each.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public long sixteenAtOnce() {
        return workload.atOnceNanos(asked, AtOnce.prompts(number++), Workload.SHORT_TOKENS, 0);
    }
}
