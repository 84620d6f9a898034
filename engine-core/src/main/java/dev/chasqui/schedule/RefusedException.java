package dev.chasqui.schedule;

import java.time.Duration;

/// A request the scheduler does not take, or gives back without an answer. The message says why, with numbers.
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// As many requests wait as may.
        QUEUE_FULL,
        /// The first token would come after the deadline.
        TOO_LATE,
        /// It does not fit into the KV cache beside what is pinned there.
        NO_ROOM
    }

    private final Reason reason;
    private final Duration estimate;

    /// @param estimate in nanoseconds
    RefusedException(Reason reason, long estimate, String message) {
        super(message);
        this.reason = reason;
        this.estimate = Duration.ofNanos(estimate);
    }

    /// @param most that may wait
    static RefusedException queueFull(long needed, int waiting, int most) {
        return new RefusedException(
                Reason.QUEUE_FULL,
                needed,
                "server busy, please try again.  maximum pending requests exceeded: " + waiting + " wait, at most "
                        + most + " may");
    }

    /// @param what takes that long
    static RefusedException tooLate(Urgency urgency, long now, long needed, String what) {
        long left = urgency.deadline() - now;
        String when = left <= 0 ? "passed " + millis(-left) + " ago" : "is in " + millis(left);
        return new RefusedException(
                Reason.TOO_LATE,
                needed,
                "the deadline " + when + ", and " + what + " needs " + millis(needed) + " by the latest measurements");
    }

    private static String millis(long nanos) {
        return (nanos + 999_999) / 1_000_000 + " ms";
    }

    public Reason reason() {
        return reason;
    }

    /// When a first token, or a free place, could have been had; zero if nobody knows.
    public Duration estimate() {
        return estimate;
    }
}
