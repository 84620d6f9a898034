package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.LlamaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeStackTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void aCallThatNeverEndsIsGivenUpAndOthersGoOn() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        LinkedBlockingQueue<String> discarded = new LinkedBlockingQueue<>();
        List<String> refused = new ArrayList<>();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> NativeStack.call(
                            "looping", Duration.ofMillis(20), new AtomicInteger(), () -> await(end), discarded::add))
                    .isInstanceOf(LlamaException.class)
                    .hasMessage("looping took longer than 20 ms and was given up");
            refused.add("late");
        }

        assertThat(NativeStack.call("adding", LONG, new AtomicInteger(), () -> 1 + 1, late -> {}))
                .isEqualTo(2);
        end.countDown();
        for (String expected : refused)
            assertThat(discarded.poll(30, TimeUnit.SECONDS)).isEqualTo(expected);
        assertThat(NativeStack.call("adding", LONG, new AtomicInteger(), () -> 1 + 2, late -> {}))
                .isEqualTo(3);
    }

    /// One template that loops takes one thread, however often it is asked for.
    @Test
    void whatStillRunsIsNotBegunASecondTime() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger overdue = new AtomicInteger();
        LinkedBlockingQueue<String> discarded = new LinkedBlockingQueue<>();
        Duration little = Duration.ofMillis(20);

        assertThatThrownBy(() -> NativeStack.call("looping", little, overdue, () -> await(end), discarded::add))
                .hasMessageContaining("was given up");
        assertThatThrownBy(() -> NativeStack.call("looping", LONG, overdue, () -> "not called", discarded::add))
                .hasMessageContaining("looping was refused: an earlier one took longer than");

        end.countDown();
        assertThat(discarded.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
        assertThat(NativeStack.call("adding", LONG, overdue, () -> 1 + 1, late -> {}))
                .isEqualTo(2);
    }

    @Test
    void itsThreadsRecurseDeeperThanAnOrdinaryOne() {
        assertThat(NativeStack.call("recursing", LONG, new AtomicInteger(), () -> depth(100_000), late -> {}))
                .isEqualTo(100_000);
    }

    @Test
    void ourOwnExceptionsKeepTheirTypeAndOthersBecomeLlamaExceptions() {
        assertThatThrownBy(() -> NativeStack.call(
                        "x", LONG, new AtomicInteger(), () -> fail(new IllegalStateException("own")), late -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("own");
        assertThatThrownBy(() -> NativeStack.call(
                        "x", LONG, new AtomicInteger(), () -> fail(new RuntimeException("of C++")), late -> {}))
                .isInstanceOf(LlamaException.class)
                .hasMessage("of C++");
    }

    private static String await(CountDownLatch end) {
        try {
            end.await();
            return "late";
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }

    private static int depth(int n) {
        return n == 0 ? 0 : 1 + depth(n - 1);
    }

    private static int fail(RuntimeException e) {
        throw e;
    }
}
