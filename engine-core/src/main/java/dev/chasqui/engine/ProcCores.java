package dev.chasqui.engine;

import dev.chasqui.platform.CpuCores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Set;

/// What Linux counts in `/proc`: the time the CPUs this process may use were busy, less what it used itself.
///
/// Whoever keeps a hyper-thread busy slows its core's other one, so that core does not count as free.
///
/// The answer is an average since the reading before. Asking more often than every 100 ms gives the last answer
/// again; a window of more than a minute says nothing about now, so then there is none.
final class ProcCores implements FreeCores {

    private static final long SHORTEST_NANOS = 100_000_000L;
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Path proc;
    private final CpuCores cores;
    private Ticks before;
    private long readAt;
    private OptionalDouble free = OptionalDouble.empty();

    ProcCores(Path proc, CpuCores cores, long now) {
        this.proc = proc;
        this.cores = cores;
        this.readAt = now;
        this.before = Ticks.read(proc, cores.cpus());
    }

    @Override
    public OptionalDouble at(long now) {
        long window = now - readAt;
        if (window < SHORTEST_NANOS || before.cpus() == 0) return free;
        Ticks after = Ticks.read(proc, cores.cpus());
        free = window > LONGEST_NANOS
                ? OptionalDouble.empty()
                : after.freeSince(before, cores.cores().size());
        before = after;
        readAt = now;
        return free;
    }

    /// Counters since the machine started, in the kernel's ticks.
    ///
    /// @param cpus  that are counted; `0` if there is no such file here
    /// @param total of all of them, idle or not
    /// @param busy  of all of them, for anybody; what runs at low priority does not count, it gives way
    /// @param own   of this process
    private record Ticks(int cpus, long total, long busy, long own) {

        static Ticks read(Path proc, Set<Integer> wanted) {
            int cpus = 0;
            long total = 0;
            long busy = 0;
            try (BufferedReader lines = Files.newBufferedReader(proc.resolve("stat"))) {
                lines.readLine(); // all CPUs together
                // "cpu0 user nice system idle iowait irq softirq steal"
                for (String line; (line = lines.readLine()) != null && line.startsWith("cpu"); ) {
                    String[] fields = line.split(" +");
                    if (!wanted.contains(Integer.valueOf(fields[0].substring(3)))) continue;
                    long[] ticks = Arrays.stream(fields)
                            .skip(1)
                            .limit(8)
                            .mapToLong(Long::parseLong)
                            .toArray();
                    long all = Arrays.stream(ticks).sum();
                    cpus++;
                    total += all;
                    busy += all - ticks[1] - ticks[3] - ticks[4];
                }
                // "pid (name) state ...": user and system time are fields 14 and 15; a name may hold anything
                String self = Files.readString(proc.resolve("self/stat"));
                String[] fields = self.substring(self.lastIndexOf(')') + 2).split(" ");
                return new Ticks(cpus, total, busy, Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
            } catch (IOException | RuntimeException notLinux) {
                return new Ticks(0, 0, 0, 0);
            }
        }

        OptionalDouble freeSince(Ticks before, int cores) {
            long passed = total - before.total;
            if (cpus == 0 || passed <= 0) return OptionalDouble.empty();
            double others = (double) (busy - before.busy - (own - before.own)) * cpus / passed;
            return OptionalDouble.of(cores - Math.max(0, others));
        }
    }
}
