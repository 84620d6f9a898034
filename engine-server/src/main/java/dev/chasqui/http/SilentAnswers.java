package dev.chasqui.http;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Summary;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts the calls that a client which looks at nothing but the text reads as an empty answer. A trading system
/// makes "do nothing" of one, with full agreement, and hears of it nowhere else.
///
/// Requests that ask for no words (load this model, show me the prompt) are not among them. Safe to use from many
/// threads.
final class SilentAnswers {

    /// Why a client has no answer in its hands.
    enum Reason {
        /// The request was refused for what it is: a status of 4xx but those below.
        REFUSED,
        /// Too much was to be done: 429, 503.
        OVERLOADED,
        /// It could not be had by its deadline: 408, 504.
        TOO_LATE,
        /// A newer request of its name took its place: 499.
        SUPERSEDED,
        /// This server or its model failed: 500 and the like.
        FAILED,
        /// The last line of a stream is an error.
        BROKEN_OFF,
        /// The client was gone before its answer was complete; perhaps it ran out of patience.
        CLIENT_LEFT,
        /// The model ended its answer at once, or said white space.
        EMPTY,
        /// The model thought and said nothing.
        THINKING_ONLY,
        /// A limit (`num_predict`, the context, a deadline) ended the answer: 422, or `done_reason` `length`.
        CUT_OFF;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// Of a reply that has this status and so no answer; none for 200.
        static Optional<Reason> ofStatus(int status) {
            return switch (status) {
                case 200 -> Optional.empty();
                case 429, 503 -> Optional.of(OVERLOADED);
                case 408, 504 -> Optional.of(TOO_LATE);
                case 422 -> Optional.of(CUT_OFF);
                case Failure.CLIENT_LEFT -> Optional.of(SUPERSEDED);
                default -> Optional.of(status < 500 ? REFUSED : FAILED);
            };
        }
    }

    /// What of one answer a client may go by, as it passes.
    static final class Heard {

        private boolean words;
        private boolean thoughts;
        private boolean calls;

        void take(Chunk chunk) {
            words |= !chunk.text().isBlank();
            thoughts |= !chunk.thinking().isBlank();
            calls |= !chunk.toolCalls().isEmpty();
        }

        boolean isNothing() {
            return !words && !thoughts && !calls;
        }

        /// Why a client may read this as nothing, once it is over.
        Optional<Reason> verdict(Summary summary) {
            if (calls) return Optional.empty();
            if (!words) return Optional.of(thoughts ? Reason.THINKING_ONLY : Reason.EMPTY);
            return summary.reason() == DoneReason.LENGTH ? Optional.of(Reason.CUT_OFF) : Optional.empty();
        }
    }

    /// The routes that answer in words.
    private static final Set<String> ROUTES = Set.of("/api/generate", "/api/chat");

    private static final Logger LOG = LoggerFactory.getLogger(SilentAnswers.class);
    private static final long NANOS_BETWEEN_LINES = TimeUnit.SECONDS.toNanos(10);

    private final MeterRegistry registry;
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

    SilentAnswers(MeterRegistry registry) {
        this.registry = registry;
        for (String route : ROUTES) { // at zero from the start, so that an alarm sees the first one
            for (Reason reason : Reason.values()) counter(route, reason);
        }
    }

    /// Counts the request if its reply has another status than 200, whoever gives it. On the event loop, before
    /// anything is replied.
    void watch(HttpServerRequest request) {
        String route = request.path();
        if (request.method() != HttpMethod.POST || route == null || !ROUTES.contains(route)) return;
        request.response()
                .headersEndHandler(now ->
                        Reason.ofStatus(request.response().getStatusCode()).ifPresent(reason -> count(route, reason)));
    }

    /// Counts an answer of this route; those of routes that answer in no words are ignored.
    void count(String route, Reason reason) {
        if (!ROUTES.contains(route)) return;
        counter(route, reason).increment();
        tell(route, reason);
    }

    private Counter counter(String route, Reason reason) {
        return Counter.builder("chasqui.silent.answers")
                .description("Calls that a client which looks at the text alone reads as an empty answer")
                .tags("route", route, "reason", reason.label())
                .register(registry);
    }

    private void tell(String route, Reason reason) {
        int all = untold.incrementAndGet();
        long now = System.nanoTime();
        long due = nextLine.get();
        if (now - due < 0 || !nextLine.compareAndSet(due, now + NANOS_BETWEEN_LINES)) return;
        untold.addAndGet(-all);
        LOG.warn(
                "calls that a client may read as an empty answer, since the last such line: {}; the latest: {}, {}."
                        + " /metrics counts them by reason",
                all,
                route,
                reason.label());
    }
}
