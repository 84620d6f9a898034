package dev.chasqui.schedule;

/// A request's place at a [Scheduler].
public interface Ticket {

    /// Gives the place up: at the next token, or inside a chunk of its prompt. From any thread; idempotent. The
    /// sink hears nothing more, or at most one token that was on its way.
    void cancel();
}
