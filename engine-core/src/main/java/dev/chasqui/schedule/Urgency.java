package dev.chasqui.schedule;

/// Who goes first, and when it is too late.
///
/// @param priority higher goes first; waiting raises it
/// @param deadline when nobody wants the answer any more, on the scheduler's clock; [#NEVER] for no deadline
public record Urgency(int priority, long deadline) {

    public static final long NEVER = Long.MAX_VALUE;

    public static final Urgency NONE = new Urgency(0, NEVER);

    boolean hasDeadline() {
        return deadline != NEVER;
    }

    /// Whether something that takes so long is over too late. Clocks may be negative, and wrap.
    boolean isLate(long now, long nanos) {
        return hasDeadline() && deadline - now < nanos;
    }
}
