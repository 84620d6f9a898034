package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Urgency;
import dev.chasqui.isolate.RemoteCall;
import java.time.Duration;
import java.util.Optional;

/// How long an engine in another process is waited for. It keeps to a request's deadline itself; this is for one that
/// does not answer any more.
///
/// @param last  when nobody waits any longer, by [System#nanoTime]; `Long.MAX_VALUE` for never
/// @param given what the caller gave the request, for the message
record Deadline(long last, Duration given) {

    private static final Duration GRACE = Duration.ofMillis(100);

    static Deadline of(Urgency urgency) {
        Optional<Duration> deadline = urgency.deadline().filter(time -> time.toDays() < 365);
        return deadline.map(Deadline::in).orElse(new Deadline(Long.MAX_VALUE, Duration.ZERO));
    }

    private static Deadline in(Duration given) {
        return new Deadline(System.nanoTime() + given.plus(GRACE).toNanos(), given);
    }

    /// What to tell the caller when it passed.
    BackendException missed() {
        return BackendException.tooLate(given.toMillis(), "the engine process answered");
    }

    /// As [#missed], when the call is to be given up.
    BackendException missed(RemoteCall call) {
        BackendException late = missed();
        call.giveUp(late);
        return late;
    }
}
