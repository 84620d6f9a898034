package dev.chasqui.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;

/// What Linux counts in `/proc`: the time all cores were busy, less what this process used itself.
///
/// The answer is an average since the reading before. Asking more often than every 100 ms gives the last answer
/// again; a window of more than a minute says nothing about now, so then there is none.
final class ProcCores implements FreeCores {

    private static final long SHORTEST_NANOS = 100_000_000L;
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Path proc;
    private Ticks before;
    private long readAt;
    private OptionalDouble free = OptionalDouble.empty();

    ProcCores(Path proc, long now) {
        this.proc = proc;
        this.readAt = now;
        this.before = Ticks.read(proc);
    }

    @Override
    public OptionalDouble at(long now) {
        long window = now - readAt;
        if (window < SHORTEST_NANOS || before.cores() == 0) return free;
        Ticks after = Ticks.read(proc);
        free = window > LONGEST_NANOS ? OptionalDouble.empty() : after.freeSince(before);
        before = after;
        readAt = now;
        return free;
    }

    /// Counters since the machine started, in the kernel's ticks.
    ///
    /// @param cores `0` if there is no such file here
    /// @param total of all cores, idle or not
    /// @param busy  of all cores, for anybody; what runs at low priority does not count, it gives way
    /// @param own   of this process
    private record Ticks(int cores, long total, long busy, long own) {

        static Ticks read(Path proc) {
            try (BufferedReader lines = Files.newBufferedReader(proc.resolve("stat"))) {
                // "cpu  user nice system idle iowait irq softirq steal", then a line for each core
                long[] all = numbers(lines.readLine().substring(3));
                int cores = 0;
                for (String line; (line = lines.readLine()) != null && line.startsWith("cpu"); ) cores++;
                long total = Arrays.stream(all).limit(8).sum();
                // "pid (name) state ...": user and system time are fields 14 and 15; a name may hold anything
                String self = Files.readString(proc.resolve("self/stat"));
                String[] fields = self.substring(self.lastIndexOf(')') + 2).split(" ");
                long own = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                return new Ticks(cores, total, total - all[1] - all[3] - all[4], own);
            } catch (IOException | RuntimeException notLinux) {
                return new Ticks(0, 0, 0, 0);
            }
        }

        OptionalDouble freeSince(Ticks before) {
            long passed = total - before.total;
            if (cores == 0 || passed <= 0) return OptionalDouble.empty();
            double others = (double) (busy - before.busy - (own - before.own)) * cores / passed;
            return OptionalDouble.of(cores - Math.max(0, others));
        }

        private static long[] numbers(String line) {
            return Arrays.stream(line.strip().split(" +"))
                    .mapToLong(Long::parseLong)
                    .toArray();
        }
    }
}
