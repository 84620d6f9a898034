package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.Sampling;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.schedule.TokenSink;
import java.lang.reflect.Proxy;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A thread that an error ends: nobody waits for it, and another one takes over.
@Timeout(20)
class DecodeThreadTest {

    private static final ThreadPlan.Share ONE = new ThreadPlan.Share(1, true);
    private static final RunnerSettings SETTINGS = new RunnerSettings(ContextSettings.of(64), new ThreadPlan(ONE, ONE));

    private final AtomicInteger runners = new AtomicInteger();
    private final AtomicInteger freed = new AtomicInteger();

    @Test
    void aRequestThatComesAfterItsThreadDiedIsFailedAndTheNextRunnerAnswers() throws Exception {
        try (Lane lane = new Lane(this::runner, RunnerSettings::covers)) {
            Sink first = submit(lane);
            assertThat(first.failure()).hasMessageContaining("the decode thread died");
            lane.finished();

            Sink second = submit(lane);

            assertThat(second.failure()).hasMessageContaining("the decode thread died");
            assertThat(runners).hasValue(2);
            assertThat(freed).hasValueGreaterThanOrEqualTo(1);
            lane.finished();
        }
        assertThat(freed).hasValue(2);
    }

    @Test
    void aRequestForARunnerThatIsGoneFailsAtOnce() throws Exception {
        Runner runner = runner(SETTINGS);
        runner.close();

        Sink sink = new Sink();
        runner.submit(job(), sink);

        assertThat(sink.failure()).hasMessageContaining("the decode thread is gone");
    }

    private Sink submit(Lane lane) throws InterruptedException {
        Sink sink = new Sink();
        lane.submit(SETTINGS, job(), sink);
        return sink;
    }

    private static Job job() {
        return Job.of(new int[] {1, 2, 3}, Sampling.GREEDY, 4, 64);
    }

    /// Over a decoder that ends its thread with the first batch.
    private Runner runner(RunnerSettings settings) {
        runners.incrementAndGet();
        Decoder decoder = (Decoder) Proxy.newProxyInstance(
                Decoder.class.getClassLoader(), new Class<?>[] {Decoder.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "decode" -> throw new StackOverflowError("played");
                        case "close" -> freed.incrementAndGet();
                        case "contextTokens", "batchTokens" -> {
                            return 64;
                        }
                        case "sequences" -> {
                            return 4;
                        }
                        default -> {}
                    }
                    return method.getReturnType() == boolean.class ? (Object) true : null;
                });
        return new Runner("played", "", settings, decoder, SchedulerSettings.DEFAULT);
    }

    private static final class Sink implements TokenSink {

        private final BlockingQueue<RuntimeException> failures = new LinkedBlockingQueue<>();

        RuntimeException failure() throws InterruptedException {
            return failures.poll(10, TimeUnit.SECONDS);
        }

        @Override
        public boolean accept(int token, Supplier<float[]> logits) {
            return true;
        }

        @Override
        public boolean forced(int token) {
            return true;
        }

        @Override
        public void ended(Ending ending) {}

        @Override
        public void failed(RuntimeException cause) {
            failures.add(cause);
        }
    }
}
