package dev.chasqui.schedule;

/// How fast this model is on this machine now, from the batches it ran.
final class Speed {

    /// Of a new measurement.
    private static final double WEIGHT = 0.25;

    /// A batch with fewer prompt tokens says little about long prompts.
    private static final int TELLING = 16;

    private volatile double promptNanos;
    private volatile double stepNanos;

    /// A batch went through.
    ///
    /// @param prompts rows of prompts
    /// @param answers rows of running answers
    void took(int prompts, int answers, long nanos) {
        if (prompts == 0) {
            stepNanos = mixed(stepNanos, nanos);
        } else if (prompts >= TELLING) {
            double own = Math.max(nanos / 10.0, nanos - (answers > 0 ? stepNanos : 0));
            promptNanos = mixed(promptNanos, own / prompts);
        }
    }

    /// Whether prompts were measured at all.
    boolean isKnown() {
        return promptNanos > 0;
    }

    /// Nanoseconds to compute a prompt of so many tokens; `0` as long as nothing is known.
    long ofPrompt(int tokens) {
        return (long) (promptNanos * tokens);
    }

    /// Nanoseconds until the next token of every running answer.
    long ofStep() {
        return (long) stepNanos;
    }

    /// Prompt tokens that can be computed in this time.
    int promptTokensIn(long nanos) {
        return promptNanos == 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, nanos / promptNanos);
    }

    double promptTokensPerSecond() {
        return promptNanos == 0 ? 0 : 1e9 / promptNanos;
    }

    double stepsPerSecond() {
        return stepNanos == 0 ? 0 : 1e9 / stepNanos;
    }

    private static double mixed(double before, double now) {
        return before == 0 ? now : before + WEIGHT * (now - before);
    }
}
