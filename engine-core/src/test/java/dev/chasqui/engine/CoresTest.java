package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class CoresTest {

    private final AtomicLong clock = new AtomicLong();
    private final Cores cores = new Cores(clock::get);

    @Test
    void oneHasThemAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int thread = 0; thread < 8; thread++) {
                threads.submit(() -> {
                    for (int i = 0; i < 1000; i++) {
                        cores.use(() -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            return true;
                        });
                    }
                });
            }
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void theyAreCrowdedAsLongAsAnotherUsedThemLately() throws Exception {
        assertThat(cores.use(cores::crowded)).as("nobody else ever").isFalse();
        onAnotherThread(() -> true);

        assertThat(cores.use(cores::crowded)).isTrue();
        clock.addAndGet(499_000_000);
        assertThat(cores.use(cores::crowded)).isTrue();
        clock.addAndGet(2_000_000);
        assertThat(cores.use(cores::crowded)).isFalse();
    }

    @Test
    void whoHadNothingToDoDoesNotCrowdThem() throws Exception {
        cores.use(() -> true);
        clock.addAndGet(1_000_000_000);
        onAnotherThread(() -> false);

        assertThat(cores.use(cores::crowded)).isFalse();
    }

    @Test
    void theyAreCrowdedWhileAnotherWaits() {
        Thread waiting = new Thread(() -> cores.use(() -> true));

        boolean crowded = cores.use(() -> {
            waiting.start();
            while (waiting.getState() != Thread.State.WAITING) Thread.onSpinWait();
            return cores.crowded();
        });

        assertThat(crowded).isTrue();
    }

    private void onAnotherThread(BooleanSupplier work) throws InterruptedException {
        Thread other = new Thread(() -> cores.use(work));
        other.start();
        other.join();
    }
}
