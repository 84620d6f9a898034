package dev.chasqui.engine;

import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// Decides how many threads the next decode gets, from how long the decodes before it took.
///
/// ggml's threads spin at barriers: one that loses its core holds all the others up, so one thread too many is
/// far worse than one too few. Time lost against what fewer threads would need is a debt, which fast steps pay
/// back; two or three stretched steps in a row are too much, one alone never is. Then a step down is taken, and
/// after a while some steps are tried with more threads again; those stay if they were faster.
///
/// One count holds for single tokens and prompts alike: cores are free or not, whatever is computed. Belongs to
/// the decode thread.
final class Pace {

    private static final long FIRST_WAIT = 500_000_000L;
    private static final long LONGEST_WAIT = 4_000_000_000L;
    /// How long a figure of fewer threads counts more than a guess.
    private static final long FRESH = 10_000_000_000L;

    private static final int TRIAL_STEPS = 4;
    private static final long TRIAL_NANOS = 100_000_000L;
    private static final double MOST_DEBT = 2;
    private static final double MOST_DEBT_OF_A_STEP = 1.9;
    /// A core that others use less than this counts as free.
    private static final double IDLE = 0.3;

    private final FreeCores cores;
    /// The counts there are, most first, in steps of a quarter.
    private final int[] counts;
    /// Nanoseconds per row, by kind of step and by place in `counts`; `0` is unknown.
    private final double[][] best;
    private final double[][] recent;
    private final long[][] seen;

    private boolean started;
    private int place;
    private double debt;
    private boolean trying;
    private int trialSteps;
    /// Of the trial that runs, or of the last one if that failed: trials may cost a twentieth of the time.
    private long trialNanos;
    private double trialShare;
    private boolean othersBusy;
    private long wait = FIRST_WAIT;
    private long changedAt;
    private long raisedAt;

    Pace(int most, FreeCores cores) {
        this.cores = cores;
        this.counts = IntStream.iterate(most, n -> n >= 1, n -> n - Math.max(1, n / 4))
                .toArray();
        this.best = new double[Integer.SIZE][counts.length];
        this.recent = new double[Integer.SIZE][counts.length];
        this.seen = new long[Integer.SIZE][counts.length];
    }

    /// Threads for a step of so many rows that begins now.
    int next(int rows, long now) {
        if (!started) {
            started = true;
            start(now);
        } else if (place > 0 && !trying && timeToTry(rows, now)) {
            trying = true;
            trialSteps = 0;
            trialNanos = 0;
            trialShare = 0;
        }
        return counts[running()];
    }

    /// The step that was begun with [#next] has ended.
    void took(int rows, long nanos, long now) {
        int kind = kind(rows);
        double cost = (double) Math.max(1, nanos) / rows;
        double share = cost / costOfFewer(kind, running(), now);
        remember(kind, running(), cost, now);
        if (trying) {
            judge(share, nanos, now);
            if (!trying && running() < place) best[kind][running()] = cost;
        } else {
            watch(share, now);
        }
    }

    /// No step has been timed yet, so what others use is all there is to go by.
    private void start(long now) {
        changedAt = now;
        raisedAt = now - LONGEST_WAIT;
        OptionalDouble free = cores.at(now);
        if (free.isEmpty()) return;
        while (place < counts.length - 1 && counts[place] > Math.round(free.getAsDouble())) place++;
    }

    private void watch(double share, long now) {
        double excess = share - 1;
        debt = Math.max(0, debt + (excess > 0 ? Math.min(1.5 * excess, MOST_DEBT_OF_A_STEP) : excess / 2));
        if (debt < MOST_DEBT) return;
        place++;
        wait = now - raisedAt < LONGEST_WAIT ? longer(wait) : FIRST_WAIT;
        settle(now);
        cores.at(now); // the window of the next reading begins here
    }

    private void judge(double share, long nanos, long now) {
        trialSteps++;
        trialNanos += nanos;
        trialShare += share;
        boolean over = trialSteps >= TRIAL_STEPS || trialNanos >= TRIAL_NANOS;
        if (share > 1.5 || (over && trialShare > 0.95 * trialSteps)) {
            wait = longer(wait);
            settle(now);
        } else if (over) {
            place--;
            trialNanos = 0;
            raisedAt = now;
            settle(now);
        }
    }

    private void settle(long now) {
        trying = false;
        debt = 0;
        changedAt = now;
    }

    /// What others use only hastens or delays a trial, it never decides: they may be our own application's
    /// threads. A long step is tried rarely, unless the cores are known to be free.
    private boolean timeToTry(int rows, long now) {
        OptionalDouble free = cores.at(now);
        boolean idle = free.isPresent() && free.getAsDouble() >= counts[place - 1] - IDLE;
        if (idle && othersBusy) wait = FIRST_WAIT;
        othersBusy = free.isPresent() && !idle;
        long passed = now - changedAt;
        if (idle) return passed >= wait;
        double expected = recent[kind(rows)][place] * rows;
        double due = Math.max(othersBusy ? 4 * wait : wait, 20.0 * trialNanos);
        return expected > 0 && passed >= Math.max(due, 10 * expected);
    }

    /// What a row would cost one place further down: as measured of late, or by the rule of three.
    private double costOfFewer(int kind, int at, long now) {
        if (at == counts.length - 1) return Double.POSITIVE_INFINITY;
        if (recent[kind][at + 1] > 0 && now - seen[kind][at + 1] < FRESH) return recent[kind][at + 1];
        if (best[kind][at] == 0) return Double.POSITIVE_INFINITY;
        return best[kind][at] * Math.max(1.5, (double) counts[at] / counts[at + 1]);
    }

    private void remember(int kind, int at, double cost, long now) {
        double known = recent[kind][at];
        boolean fresh = known > 0 && now - seen[kind][at] < FRESH;
        recent[kind][at] = fresh ? known + (Math.min(cost, 3 * known) - known) / 4 : cost;
        seen[kind][at] = now;
        // Steps grow longer as the context fills; a best that nothing reaches any more fades.
        double reached = best[kind][at] * 1.002;
        if (reached == 0 && at > 0) reached = best[kind][at - 1] * counts[at - 1] / counts[at];
        best[kind][at] = reached == 0 ? cost : Math.min(cost, reached);
    }

    private int running() {
        return trying ? place - 1 : place;
    }

    private static long longer(long wait) {
        return Math.min(2 * wait, LONGEST_WAIT);
    }

    /// Steps of like size compare: the class is the power of two in their rows.
    private static int kind(int rows) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(rows);
    }
}
