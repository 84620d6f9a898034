package dev.chasqui.bench;

/// One workload of the suite, for any backend.
///
/// @param name          as `--workload` and JMH's parameter take it
/// @param what          is timed, for the report
/// @param contextTokens every side gets as `num_ctx`
/// @param shots         measurements in one JVM, and those before them that do not count
/// @param before        what has to be done first, not timed
/// @param timed         what is
record Task(String name, String what, int contextTokens, Shots shots, Step before, Timed timed) {

    /// @param warmups that do not count
    /// @param counted in one JVM
    /// @param rounds  JVMs at most; the suite's effort may ask for fewer
    record Shots(int warmups, int counted, int rounds) {

        static final int ANY = 100;

        static Shots of(int warmups, int counted) {
            return new Shots(warmups, counted, ANY);
        }
    }

    /// Something to do before the clock runs.
    interface Step {

        Step NOTHING = (side, number) -> {};

        /// @param number counts the measurements, so that no two of a side ask the same
        void run(Asked side, int number);
    }

    /// What the clock runs over.
    interface Timed {

        /// @return what it came to
        /// @throws IllegalStateException if the side did not do what was asked: its time would mean nothing
        Counts run(Asked side, int number);
    }

    Task(String name, String what, int contextTokens, Shots shots, Timed timed) {
        this(name, what, contextTokens, shots, Step.NOTHING, timed);
    }

    /// The same with at most one warm-up and two shots.
    Task brief() {
        Shots fewer = new Shots(Math.min(1, shots.warmups()), Math.min(2, shots.counted()), shots.rounds());
        return new Task(name, what, contextTokens, fewer, before, timed);
    }
}
