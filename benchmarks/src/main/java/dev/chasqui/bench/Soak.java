package dev.chasqui.bench;

import dev.chasqui.api.Generation;
import dev.chasqui.bench.SoakRequests.Ask;
import dev.chasqui.bench.Tally.Outcome;
import dev.chasqui.engine.Engine;
import dev.chasqui.schedule.SchedulerStatistics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Many callers that ask without a pause, some of whom leave, for so long that a leak shows.
///
/// @param callers  at once, each on a virtual thread
/// @param total    how long
/// @param interval how often what the process holds is looked at
/// @param seed     fixes what is asked; not who comes first
record Soak(int callers, Duration total, Duration interval, long seed) {

    /// Every request must have its outcome so long after the last one was made.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    /// What came of it.
    ///
    /// @param lost       requests that have no outcome, or that the engine still holds
    /// @param footprints one for each interval, taken while the callers asked
    record Result(Tally tally, long lost, List<Footprint> footprints) {

        /// What grew since the second interval; empty if there are too few to say.
        List<String> grown() {
            if (!isJudged()) return List.of();
            return Flatness.grown(footprints.get(1), footprints.getLast());
        }

        boolean isJudged() {
            return footprints.size() > 2;
        }

        boolean isClean() {
            return lost == 0 && tally.count(Outcome.FAILED) == 0 && grown().isEmpty();
        }
    }

    Soak {
        if (callers < 1) throw new IllegalArgumentException("callers is " + callers + "; expected >= 1");
    }

    static long anySeed() {
        return ThreadLocalRandom.current().nextLong();
    }

    /// @param out hears a line for each interval
    /// @throws java.io.UncheckedIOException where nobody can say what this process holds
    Result run(Engine engine, SoakRequests requests, PrintWriter out) {
        Footprint.now(0); // rather now than after the first interval
        Tally tally = new Tally();
        CountDownLatch gone = new CountDownLatch(callers);
        List<Footprint> footprints = new ArrayList<>();
        long end = System.nanoTime() + total.toNanos();
        try (ScheduledExecutorService leaving = new ScheduledThreadPoolExecutor(1)) {
            for (int i = 0; i < callers; i++) {
                Random random = new Random(seed + i);
                Thread.ofVirtual().name("caller-" + i).start(() -> {
                    try {
                        while (System.nanoTime() < end) ask(engine, requests.next(random), tally, leaving);
                    } finally {
                        gone.countDown();
                    }
                });
            }
            SoakTable table = new SoakTable(out, tally);
            for (long next = interval.toNanos(); next <= total.toNanos(); next += interval.toNanos()) {
                sleepUntil(end - total.toNanos() + next);
                footprints.add(Footprint.now(cold(engine)));
                table.row(footprints.size(), footprints.getLast());
            }
            sleepUntil(end);
            if (!gone.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                out.println(gone.getCount() + " callers still wait, " + PATIENCE.toSeconds() + " s after the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + callers + " callers asked", e);
        }
        return new Result(tally, tally.open() + held(engine), footprints);
    }

    private static void ask(Engine engine, Ask ask, Tally tally, ScheduledExecutorService leaving) {
        tally.asked();
        try (Generation generation = engine.generate(ask.request())) {
            if (ask.leaves()) {
                leaving.schedule(generation::close, ask.leavesAfter().toNanos(), TimeUnit.NANOSECONDS);
            }
            generation.forEach(piece -> {});
            if (generation.summary().evalTokens() > 0) tally.ended(Outcome.ANSWERED);
            else tally.failed("an answer without a token to " + ask.request().prompt());
        } catch (RuntimeException e) {
            tally.broke(e);
        }
    }

    /// Requests that the engine holds although nobody waits for them.
    private static long held(Engine engine) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long held;
        while ((held = inside(engine)) > 0 && System.nanoTime() < end) LockSupport.parkNanos(LOOK_EVERY.toNanos());
        return held;
    }

    private static long cold(Engine engine) {
        return engine.statistics().models().stream()
                .mapToLong(model -> model.requests().coldBytes())
                .sum();
    }

    private static long inside(Engine engine) {
        return engine.statistics().models().stream()
                .map(model -> model.requests())
                .mapToLong(Soak::inside)
                .sum();
    }

    private static long inside(SchedulerStatistics requests) {
        return requests.running() + requests.waiting();
    }

    private static void sleepUntil(long nanoTime) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
    }
}
