package dev.chasqui.schedule;

import dev.chasqui.llama.Sampling;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
import org.openjdk.jmh.annotations.Warmup;

/// What a turn costs beside the decode: the scheduler as it is, over a model that takes no time.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseSerialGC", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
public class SchedulerTurn {

    private static final int CONTEXT = 1_500;
    private static final int QUESTION = 30;
    private static final int ANSWER = 16;
    private static final int ENDLESS = 1 << 20;
    private static final int BATCH = 512;

    /// Requests that run at once.
    @Param("64")
    private int sequences;

    private final Random random = new Random(7);
    private final int[] context = random.ints(CONTEXT, 0, 1_000).toArray();
    private Scheduler answering;
    private Scheduler comingAndGoing;

    /// JMH fills the fields in [#fill].
    @SuppressWarnings("NullAway.Init")
    public SchedulerTurn() {}

    /// Everybody has had a first token.
    @Setup(Level.Iteration)
    public void fill() {
        answering = scheduler();
        comingAndGoing = scheduler();
        for (int i = 0; i < sequences; i++) {
            answering.submit(job(ENDLESS), new Sink(() -> {}));
            ask();
        }
        for (int i = 0; i < 2 * sequences; i++) {
            answering.turn();
            comingAndGoing.turn();
        }
    }

    /// Every one of them draws its next token; nobody comes or goes.
    @Benchmark
    public boolean answering() {
        return answering.turn();
    }

    /// Answers of 16 tokens: whoever is done is followed by a question about the same 1,500 tokens, so a turn also
    /// looks prefixes up, shares, parks and evicts.
    @Benchmark
    public boolean comingAndGoing() {
        return comingAndGoing.turn();
    }

    private Scheduler scheduler() {
        int places = sequences + sequences / 2;
        IdleDecoder model = new IdleDecoder(places * ENDLESS, BATCH, places);
        return new Scheduler(model, SchedulerSettings.DEFAULT.withParallel(sequences), System::nanoTime);
    }

    private void ask() {
        comingAndGoing.submit(job(ANSWER), new Sink(this::ask));
    }

    private Job job(int answer) {
        int[] prompt = new int[CONTEXT + QUESTION];
        System.arraycopy(context, 0, prompt, 0, CONTEXT);
        for (int i = CONTEXT; i < prompt.length; i++) prompt[i] = random.nextInt(1_000);
        return Job.of(prompt, Sampling.GREEDY, answer, ENDLESS);
    }

    /// Takes every token; says when the answer is over.
    private record Sink(Runnable over) implements TokenSink {

        @Override
        public boolean accept(int token, Supplier<float[]> logits) {
            return true;
        }

        @Override
        public boolean forced(int token) {
            return true;
        }

        @Override
        public void ended(Ending ending) {
            over.run();
        }

        @Override
        public void failed(RuntimeException cause) {
            throw cause;
        }
    }
}
