package dev.chasqui.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/// The suite's tasks under JMH: one call, or one burst of calls, is one shot, since they take from milliseconds to
/// minutes and each is a sample of its own.
///
/// [Suite] runs it in interleaved order. By hand: `./chasqui bench jmh WorkloadBenchmark -p workload=decode -prof gc`.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g", "-Xss16m"})
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class WorkloadBenchmark {

    /// Between two rounds' numbers: no round asks what another has asked.
    private static final int NUMBERS = 10_000;

    @Param({Side.EMBEDDED, Side.HTTP})
    private String backend = "";

    @Param(BenchModel.STANDARD)
    private String model = "";

    @Param({
        "decode",
        "first-token-short",
        "first-token-cold",
        "first-token-warm",
        "first-token-shared",
        "fan-out-cold",
        "fan-out-cached",
        "json",
        "choices",
        "embed",
        "load",
        "unload",
        "b1-swarm4",
        "b2-swarm2x2",
        "b3-burst",
        "b4-hourly",
        "b5-risk",
        "b6-abandoned",
        "b7-cold",
        "b8-soak"
    })
    private String workload = "";

    @Param("0")
    private int round;

    private Task task;
    private Side side;
    private Asked asked;
    private int shot;

    /// JMH fills the fields in [#open].
    @SuppressWarnings("NullAway.Init")
    public WorkloadBenchmark() {}

    /// What a shot came to, beside its time.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Told {

        public int calls;
        public int promptTokens;
        public int cachedTokens;
        public int answerTokens;
        public int silent;
        public int late;
        public int refused;
        public int left;

        private void set(Counts counts) {
            calls = counts.calls();
            promptTokens = counts.promptTokens();
            cachedTokens = counts.cachedTokens();
            answerTokens = counts.answerTokens();
            silent = counts.silent();
            late = counts.late();
            refused = counts.refused();
            left = counts.left();
        }
    }

    @Setup
    public void open() {
        SuiteSettings settings = SuiteSettings.ofThisJvm();
        task = settings.tasks().stream()
                .filter(each -> each.name().equals(workload))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("workload is " + workload + "; there is no such one"));
        BenchModel asking = settings.modelFor(task, BenchModel.named(model));
        side = Side.open(backend, asking);
        asked = Asked.of(side.backend(), asking, task.contextTokens(), settings.threads(), backend.equals(Side.OLLAMA));
        asked.workload().load(asked.backend());
    }

    @TearDown
    public void close() {
        side.close();
    }

    /// What comes before the clock.
    @Setup(Level.Invocation)
    public void prepare() {
        task.before().run(asked, number());
    }

    @Benchmark
    public Counts shot(Told told) {
        Counts counts = task.timed().run(asked, number());
        shot++;
        told.set(counts);
        return counts;
    }

    private int number() {
        return round * NUMBERS + shot;
    }
}
