package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.chasqui.llama.Decoder.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What threads may do to each other: nothing worse than an exception.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaThreadsTest {

    private static final int LONG = 1024;

    @TempDir
    private static Path folder;

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private LlamaModel model;
    private LlamaContext context;

    @BeforeEach
    void open() throws IOException {
        // Deep enough that a prefill takes long enough to be met inside.
        Path file = folder.resolve("deep.gguf");
        TinyModel.seeded(7).withLayers(24).write(file);
        model = LlamaModel.open(file, ModelSettings.DEFAULT);
        context =
                model.newContext(ContextSettings.of(LONG).withBatch(LONG, LONG).withThreads(1, 1));
    }

    @AfterEach
    void close() {
        model.close();
        pool.shutdownNow();
    }

    @Test
    void anAbortInsideALongPrefillStopsItAndTheContextGoesOn() throws Exception {
        Outcome outcome = Outcome.DONE;
        for (int attempt = 0; attempt < 20 && outcome == Outcome.DONE; attempt++) {
            context.forget(0, 0);
            CountDownLatch started = new CountDownLatch(1);
            Future<Outcome> prefill = pool.submit(() -> {
                started.countDown();
                return context.decode(Tiny.rows(0, 0, LONG));
            });
            started.await();
            while (!context.isBusy() && !prefill.isDone()) Thread.onSpinWait();
            context.abort();
            outcome = prefill.get();
        }

        assertThat(outcome).isEqualTo(Outcome.ABORTED);
        assertThat(context.nextPosition(0)).isZero();
        assertThat(context.decode(Tiny.rows(0, 0, 8))).isEqualTo(Outcome.DONE);
        assertThat(context.logits(7)).doesNotContain(Float.NaN);
    }

    @Test
    void aSecondThreadInsideIsAnException() throws Exception {
        // Whichever of the two comes second meets it, and the other goes on.
        CompletableFuture<Throwable> met = new CompletableFuture<>();
        Future<?> decoding = pool.submit(() -> {
            while (!met.isDone()) {
                try {
                    context.forget(0, 0);
                    context.decode(Tiny.rows(0, 0, 256));
                } catch (IllegalStateException e) {
                    met.complete(e);
                }
            }
        });

        while (!met.isDone()) {
            try {
                context.nextPosition(0);
            } catch (IllegalStateException e) {
                met.complete(e);
            }
        }

        assertThat(met.get()).hasMessageContaining("another thread");
        decoding.get();
    }

    @Test
    void closingWhileAnotherThreadDecodesStopsItAndFreesAfterwards() throws Exception {
        Future<?> decoding = pool.submit(() -> {
            while (true) {
                context.forget(0, 0);
                context.decode(Tiny.rows(0, 0, LONG));
            }
        });
        untilInside();

        model.close();

        assertThat(decoding)
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withCauseInstanceOf(IllegalStateException.class);
        assertThatIllegalStateException().isThrownBy(() -> context.decode(Tiny.rows(0, 0, 1)));
    }

    @Test
    void closingWhileManyThreadsTokenizeWaitsForThem() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        String text = "the and ing ".repeat(200);
        var callers = IntStream.range(0, 4)
                .mapToObj(i -> pool.submit(() -> {
                    while (true) {
                        model.vocabulary().tokenize(text, true, true);
                        calls.incrementAndGet();
                    }
                }))
                .toList();
        while (calls.get() < 20) Thread.onSpinWait();

        model.close();

        for (Future<?> caller : callers) {
            assertThat(caller)
                    .failsWithin(java.time.Duration.ofSeconds(30))
                    .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                    .withCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aContextMayMoveFromThreadToThread() throws Exception {
        for (int i = 0; i < 8; i++) {
            int from = i;
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            Runnable step = () -> outcome.complete(context.decode(Tiny.rows(0, from, 1)));
            if (i % 2 == 0) Thread.ofVirtual().start(step);
            else Thread.ofPlatform().start(step);

            assertThat(outcome.get()).isEqualTo(Outcome.DONE);
            untilOutside();
        }
    }

    private void untilInside() {
        while (!context.isBusy()) Thread.onSpinWait();
    }

    private void untilOutside() {
        while (context.isBusy()) Thread.onSpinWait();
    }
}
