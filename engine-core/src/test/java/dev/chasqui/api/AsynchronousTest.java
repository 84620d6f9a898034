package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.SpokenBackend.Said;
import dev.chasqui.api.SpokenBackend.Silent;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Answers for who does not wait.
@Timeout(30)
class AsynchronousTest {

    private static final GenerateRequest ASK = GenerateRequest.of("m", "Hi");

    @Test
    void aFutureIsTheWholeAnswer() throws Exception {
        Backend backend = SpokenBackend.saying("one", "Hel", "lo");

        assertThat(backend.generateAsync(ASK).get().text()).isEqualTo("Hello");
        assertThat(backend.chatAsync(ChatRequest.of("m", Message.user("Hi")))
                        .get()
                        .text())
                .isEqualTo("Hello");
    }

    @Test
    void aFutureFailsAsTheCallWould() {
        Backend backend = SpokenBackend.refusing("one", BackendException.Kind.OVERLOADED);

        assertThatThrownBy(() -> backend.generateAsync(ASK).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.OVERLOADED));
    }

    @Test
    void cancellingAFutureOrItsOwnTimeoutGivesTheRequestUp() throws Exception {
        for (boolean timeout : List.of(true, false)) {
            Silent silent = new Silent();
            CountDownLatch asked = new CountDownLatch(1);
            SpokenBackend backend = new SpokenBackend("one", call -> {
                asked.countDown();
                return silent;
            });
            CompletableFuture<Answer> future = backend.generateAsync(ASK);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            if (timeout) future.orTimeout(1, TimeUnit.MILLISECONDS);
            else future.cancel(true);

            assertThat(silent.closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSubscriberGetsNoMoreThanHeAskedForAndTheModelIsNotAskedBefore() throws Exception {
        Said said = new Said(List.of("a", "b", "c"), null);
        SpokenBackend backend = new SpokenBackend("one", call -> said);
        Listener listener = new Listener();
        backend.generatePublisher(ASK).subscribe(listener);
        assertThat(listener.next()).isEqualTo("subscribed");
        assertThat(backend.asked).isEmpty();

        listener.subscription.request(2);

        assertThat(listener.next()).isEqualTo("a");
        assertThat(listener.next()).isEqualTo("b");
        assertThat(listener.heard.poll(50, TimeUnit.MILLISECONDS)).isNull();
        assertThat(said.given).hasValue(2);

        listener.subscription.request(Long.MAX_VALUE);

        assertThat(listener.next()).isEqualTo("c");
        assertThat(listener.next()).isEqualTo("complete");
        assertThat(said.closed.getCount()).isZero();
    }

    @Test
    void aSubscriberWhoCancelsGivesTheRequestUpAndHearsNothingMore() throws Exception {
        Silent silent = new Silent();
        CountDownLatch asked = new CountDownLatch(1);
        Listener listener = new Listener();
        SpokenBackend backend = new SpokenBackend("one", call -> {
            asked.countDown();
            return silent;
        });
        backend.generatePublisher(ASK).subscribe(listener);
        listener.next();
        listener.subscription.request(1);
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        listener.subscription.cancel();

        assertThat(silent.closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(listener.heard.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aSubscriberHearsOfAFailureAndOfAWrongDemand() throws Exception {
        Listener first = new Listener();
        new SpokenBackend(
                        "one", call -> new Said(List.of("a"), new BackendException(BackendException.Kind.FAILED, "no")))
                .generatePublisher(ASK)
                .subscribe(first);
        first.next();
        first.subscription.request(9);
        assertThat(first.next()).isEqualTo("a");
        assertThat(first.next()).isEqualTo("no");

        Listener second = new Listener();
        SpokenBackend.saying("one", "a").generatePublisher(ASK).subscribe(second);
        second.next();
        second.subscription.request(0);
        assertThat(second.next()).isEqualTo("the subscriber asked for less than one chunk");
    }

    /// Remembers what it hears.
    private static final class Listener implements Flow.Subscriber<Chunk> {

        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        volatile Flow.Subscription subscription;

        String next() throws InterruptedException {
            String next = heard.poll(10, TimeUnit.SECONDS);
            if (next == null) throw new AssertionError("nothing was heard");
            return next;
        }

        @Override
        public void onSubscribe(Flow.Subscription fresh) {
            subscription = fresh;
            heard.add("subscribed");
        }

        @Override
        public void onNext(Chunk chunk) {
            heard.add(chunk.text());
        }

        @Override
        public void onError(Throwable failure) {
            heard.add(String.valueOf(failure.getMessage()));
        }

        @Override
        public void onComplete() {
            heard.add("complete");
        }
    }
}
