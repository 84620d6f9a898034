package dev.chasqui.engine;

import dev.chasqui.engine.ThreadPlan.Kind;
import dev.chasqui.engine.ThreadPlan.Share;
import dev.chasqui.platform.CpuCores;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// Decides how many threads the next decode gets, from how long the decodes before it took.
///
/// ggml's threads spin at barriers: one that loses its core holds all the others up, so one thread too many is
/// far worse than one too few. Time lost against what fewer threads would need is a debt, which fast steps pay
/// back; two or three stretched steps in a row are too much, one alone never is. Then a step down is taken, and
/// after a while some steps are tried with more threads again; those stay if they were faster.
///
/// What is learnt is how many cores are free, and that holds for tokens and prompts alike; how many threads those
/// cores get is each kind's own. Belongs to the decode thread.
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

    /// Hears of every change, on the decode thread.
    @FunctionalInterface
    interface Listener {
        void changed(Kind kind, int before, int after);
    }

    private final FreeCores free;
    private final Listener listener;
    /// Cores to compute with, most first, in steps of a quarter.
    private final int[] ladder;
    /// Threads by kind and by place on the ladder; further down there are never more.
    private final int[][] counts = new int[Kind.values().length][];

    private final int[] last = new int[Kind.values().length];
    /// Nanoseconds per row, by class of steps and by threads; `0` is unknown.
    private final double[][] best;
    private final double[][] recent;
    private final long[][] seen;

    private boolean started;
    private int place;
    private double debt;
    private boolean trying;
    private int trialPlace;
    private int trialSteps;
    /// Of the trial that runs, or of the last one if that failed: trials may cost a twentieth of the time.
    private long trialNanos;
    private double trialShare;
    private boolean othersBusy;
    private long wait = FIRST_WAIT;
    private long changedAt;
    private long raisedAt;

    Pace(CpuCores cores, ThreadPlan plan, FreeCores free, Listener listener) {
        this.free = free;
        this.listener = listener;
        this.ladder = IntStream.iterate(cores.physical(), n -> n >= 1, n -> n - Math.max(1, n / 4))
                .toArray();
        int most = cores.logical() + 1;
        this.best = new double[Integer.SIZE][most];
        this.recent = new double[Integer.SIZE][most];
        this.seen = new long[Integer.SIZE][most];
        follow(plan);
        for (Kind kind : Kind.values()) last[kind.ordinal()] = threads(kind, 0);
    }

    /// Takes these numbers for when all cores are free. Not between [#next] and [#took].
    void follow(ThreadPlan plan) {
        for (Kind kind : Kind.values()) {
            Share share = plan.of(kind);
            counts[kind.ordinal()] =
                    IntStream.of(ladder).map(cores -> threads(share, cores)).toArray();
        }
        trying = false;
    }

    /// Threads for a step of so many rows that begins now.
    int next(Kind kind, int rows, long now) {
        if (!started) {
            started = true;
            start(now);
        } else if (!trying && timeToTry(kind, rows, now)) {
            trying = true;
            trialPlace = above(kind, place);
            trialSteps = 0;
            trialNanos = 0;
            trialShare = 0;
        }
        int threads = threads(kind, running());
        int before = last[kind.ordinal()];
        last[kind.ordinal()] = threads;
        if (threads != before) listener.changed(kind, before, threads);
        return threads;
    }

    /// The step that was begun with [#next] has ended.
    void took(Kind kind, int rows, long nanos, long now) {
        int step = step(rows);
        int at = running();
        double cost = (double) Math.max(1, nanos) / rows;
        double share = cost / costOfFewer(kind, step, at, now);
        remember(kind, step, at, cost, now);
        if (!trying) watch(kind, share, now);
        else if (threads(kind, at) != threads(kind, place)) judge(share, nanos, now);
    }

    /// No step has been timed yet, so what others use is all there is to go by.
    private void start(long now) {
        changedAt = now;
        raisedAt = now - LONGEST_WAIT;
        OptionalDouble cores = free.at(now);
        if (cores.isEmpty()) return;
        while (place < ladder.length - 1 && ladder[place] > Math.round(cores.getAsDouble())) place++;
    }

    private void watch(Kind kind, double share, long now) {
        double excess = share - 1;
        debt = Math.max(0, debt + (excess > 0 ? Math.min(1.5 * excess, MOST_DEBT_OF_A_STEP) : excess / 2));
        if (debt < MOST_DEBT) return;
        place = below(kind, place);
        wait = now - raisedAt < LONGEST_WAIT ? longer(wait) : FIRST_WAIT;
        settle(now);
        free.at(now); // the window of the next reading begins here
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
            place = trialPlace;
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
    private boolean timeToTry(Kind kind, int rows, long now) {
        int next = above(kind, place);
        if (next == place) return false;
        OptionalDouble cores = free.at(now);
        boolean idle = cores.isPresent() && cores.getAsDouble() >= ladder[next] - IDLE;
        if (idle && othersBusy) wait = FIRST_WAIT;
        othersBusy = cores.isPresent() && !idle;
        long passed = now - changedAt;
        if (idle) return passed >= wait;
        double expected = recent[step(rows)][threads(kind, place)] * rows;
        double due = Math.max(othersBusy ? 4 * wait : wait, 20.0 * trialNanos);
        return expected > 0 && passed >= Math.max(due, 10 * expected);
    }

    /// What a row would cost with the next fewer threads: as measured of late, or by the rule of three.
    private double costOfFewer(Kind kind, int step, int at, long now) {
        int threads = threads(kind, at);
        int fewer = threads(kind, below(kind, at));
        if (fewer == threads) return Double.POSITIVE_INFINITY;
        if (recent[step][fewer] > 0 && now - seen[step][fewer] < FRESH) return recent[step][fewer];
        if (best[step][threads] == 0) return Double.POSITIVE_INFINITY;
        return best[step][threads] * Math.max(1.5, (double) threads / fewer);
    }

    private void remember(Kind kind, int step, int at, double cost, long now) {
        int threads = threads(kind, at);
        double known = recent[step][threads];
        boolean fresh = known > 0 && now - seen[step][threads] < FRESH;
        recent[step][threads] = fresh ? known + (Math.min(cost, 3 * known) - known) / 4 : cost;
        seen[step][threads] = now;
        // Steps grow longer as the context fills; a best that nothing reaches any more fades.
        double reached = best[step][threads] * 1.002;
        int more = threads(kind, above(kind, at));
        if (reached == 0 && more > threads) reached = best[step][more] * more / threads;
        best[step][threads] = reached == 0 ? cost : Math.min(cost, reached);
    }

    private int running() {
        return trying ? trialPlace : place;
    }

    private int threads(Kind kind, int at) {
        return counts[kind.ordinal()][at];
    }

    /// More threads than cores shrink with the cores; fewer are not touched until the cores are fewer still.
    private int threads(Share share, int cores) {
        if (share.fixed()) return share.most();
        if (share.most() <= ladder[0]) return Math.min(share.most(), cores);
        return share.most() * cores / ladder[0];
    }

    /// The next place up where this kind has more threads; the same one if there is none.
    private int above(Kind kind, int from) {
        int other = from;
        while (other > 0 && threads(kind, other) == threads(kind, from)) other--;
        return threads(kind, other) == threads(kind, from) ? from : other;
    }

    /// The next place down where this kind has fewer threads; the same one if there is none.
    private int below(Kind kind, int from) {
        int other = from;
        while (other < ladder.length - 1 && threads(kind, other) == threads(kind, from)) other++;
        return threads(kind, other) == threads(kind, from) ? from : other;
    }

    private static long longer(long wait) {
        return Math.min(2 * wait, LONGEST_WAIT);
    }

    /// Steps of like size compare: the class is the power of two in their rows.
    private static int step(int rows) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(rows);
    }
}
