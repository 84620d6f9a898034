package dev.chasqui.bench;

import dev.chasqui.bench.Rounds.Subject;
import java.time.Duration;
import java.util.List;

/// How much is measured.
///
/// @param rounds  measurements of each subject that count
/// @param warmups rounds before them
/// @param pause   between two measurements
/// @param threads threads that compute, on every side
/// @param quick   only to see that everything runs: texts are short, and nothing is fetched for it
record Effort(int rounds, int warmups, Duration pause, int threads, boolean quick) {

    Effort {
        require(rounds >= 1, "rounds", rounds, ">= 1");
        require(warmups >= 0, "warmups", warmups, ">= 0");
        require(threads >= 1, "threads", threads, ">= 1");
    }

    static Effort full(int threads) {
        return new Effort(7, 2, Duration.ofMillis(250), threads, false);
    }

    static Effort quick(int threads) {
        return new Effort(1, 0, Duration.ZERO, threads, true);
    }

    Effort withRounds(int rounds, int warmups) {
        return new Effort(rounds, warmups, pause, threads, quick);
    }

    Effort withPause(Duration pause) {
        return new Effort(rounds, warmups, pause, threads, quick);
    }

    /// For subjects that take minutes.
    Effort atMost(int rounds, int warmups) {
        return withRounds(Math.min(this.rounds, rounds), Math.min(this.warmups, warmups));
    }

    /// For short measurements whose difference counts: so many of them for each one.
    Effort times(int factor) {
        return withRounds(rounds * factor, warmups * factor);
    }

    /// Rounds in all, those that do not count included.
    int turns() {
        return warmups + rounds;
    }

    Rounds measure(Subject... subjects) {
        return measure(List.of(subjects));
    }

    Rounds measure(List<Subject> subjects) {
        return Rounds.run(subjects, warmups, rounds, pause);
    }

    private static void require(boolean holds, String field, int value, String expected) {
        if (!holds) throw new IllegalArgumentException(field + " is " + value + "; expected " + expected);
    }
}
