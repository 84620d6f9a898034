package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Settings;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// When an answer must be over, for servers that do not know of it. One that does is quicker to say so, and gets a
/// moment for that.
///
/// @param given     from the call on; empty is never
/// @param startedAt by [System#nanoTime]
record Deadline(Optional<Duration> given, long startedAt) {

    static final Deadline NEVER = new Deadline(Optional.empty(), 0);

    /// For the server's own end to arrive.
    private static final Duration MOMENT = Duration.ofMillis(150);

    static Deadline of(Settings settings) {
        return new Deadline(settings.urgency().deadline(), System.nanoTime());
    }

    HttpRequest.Builder onto(HttpRequest.Builder request) {
        return given.isPresent() ? request.timeout(left()) : request;
    }

    /// Runs this when the deadline has passed, unless what it gives is cancelled before.
    CompletableFuture<?> then(Runnable action) {
        if (given.isEmpty()) return new CompletableFuture<>();
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        over.completeOnTimeout(true, left().toNanos(), TimeUnit.NANOSECONDS).thenRun(action);
        return over;
    }

    /// @param what did not happen in time, as in "before the first piece came"
    BackendException passed(String what) {
        long millis = given.orElse(Duration.ZERO).toMillis();
        return BackendException.tooLate(millis, what);
    }

    private Duration left() {
        Duration left = given.orElseThrow().plus(MOMENT).minusNanos(System.nanoTime() - startedAt);
        return left.isPositive() ? left : Duration.ofMillis(1);
    }
}
