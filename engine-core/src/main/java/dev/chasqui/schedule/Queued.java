package dev.chasqui.schedule;

/// What waits for its turn in a [Queue].
interface Queued {

    Urgency urgency();

    /// Its place among all that came; the first came first.
    long number();

    /// On the scheduler's clock.
    long submittedAt();

    boolean isCancelled();
}
