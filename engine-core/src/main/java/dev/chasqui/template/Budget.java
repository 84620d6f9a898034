package dev.chasqui.template;

import java.util.function.LongSupplier;

/// Counts what a rendering takes, and ends it when it takes too much.
final class Budget {

    private static final int STEPS_BETWEEN_LOOKS = 1024;

    private final Limits limits;
    private final LongSupplier nanoTime;
    private final long start;
    private long steps;
    private int depth;

    Budget(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    void step() {
        spend(1);
    }

    /// @throws TemplateException if the steps or the time are used up
    void spend(long more) {
        long before = steps;
        steps += more;
        if (steps > limits.steps()) throw TemplateException.limit("gave up after " + limits.steps() + " steps");
        if (before / STEPS_BETWEEN_LOOKS == steps / STEPS_BETWEEN_LOOKS) return;
        if (nanoTime.getAsLong() - start > limits.time().toNanos()) {
            throw TemplateException.limit("gave up after " + limits.time().toMillis() + " ms");
        }
    }

    /// One level deeper, until [#leave].
    void enter() {
        depth = deeper(depth);
    }

    void leave() {
        depth--;
    }

    int outputChars() {
        return limits.outputChars();
    }

    /// @return the depth below this one
    /// @throws TemplateException if there is none
    static int deeper(int depth) {
        if (depth == Limits.DEPTH) throw TemplateException.limit("nested deeper than " + Limits.DEPTH);
        return depth + 1;
    }
}
