package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The CPUs this process may run on, by the kernel's numbers, and which of them share a core.
///
/// @param cores each core's CPUs, ascending; where there are two or more, they are hyper-threads
/// @param most  how many CPUs' time this process gets, `>= 1`: a control group may grant less than there are
public record CpuCores(List<List<Integer>> cores, int most) {

    private static final Path SYS = Path.of("/sys/devices/system/cpu");
    private static final Path STATUS = Path.of("/proc/self/status");
    /// ggml's masks have as many places.
    private static final int HIGHEST = 511;

    public CpuCores {
        cores = cores.stream().map(List::copyOf).toList();
        if (most < 1) throw new IllegalArgumentException("most is " + most + "; expected >= 1");
    }

    /// As it was when first asked. Where the system does not say which CPUs share a core, none do.
    public static CpuCores ofThisProcess() {
        return OfThisProcess.CORES;
    }

    /// Numbers and ranges as the kernel and `taskset -c` write them, such as `0-3,6`.
    ///
    /// @throws IllegalArgumentException if the text is anything else, or names a CPU above 511
    public static SortedSet<Integer> parse(String list) {
        SortedSet<Integer> cpus = new TreeSet<>();
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.strip().split("-", -1);
            if (ends.length > 2 || !Stream.of(ends).allMatch(end -> end.matches("\\d{1,3}"))) {
                throw new IllegalArgumentException("\"" + range + "\" is no CPU number and no range of them");
            }
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (first > last || last > HIGHEST) {
                throw new IllegalArgumentException("\"" + range + "\" is not a range within 0-" + HIGHEST);
            }
            IntStream.rangeClosed(first, last).forEach(cpus::add);
        }
        return cpus;
    }

    /// Checks that threads can be tied to these CPUs.
    ///
    /// @throws IllegalArgumentException if this process may not use one of them, or this system ties no threads;
    ///                                  the message says which CPUs there are
    public static SortedSet<Integer> requireUsable(SortedSet<Integer> cpus) {
        if (cpus.isEmpty()) return cpus;
        if (!Platform.host().isLinux()) {
            throw new IllegalArgumentException("threads can be tied to CPUs on Linux only");
        }
        SortedSet<Integer> here = ofThisProcess().cpus();
        for (int cpu : cpus) {
            if (!here.contains(cpu)) {
                throw new IllegalArgumentException("this process may not use CPU " + cpu + ", only " + here);
            }
        }
        return cpus;
    }

    /// Threads that have a core each, `>= 1`.
    public int physical() {
        return Math.clamp(cores.size(), 1, most);
    }

    /// Threads that have a CPU each, `>= 1`; the same as [#physical] without hyper-threads.
    public int logical() {
        return Math.clamp(cpus().size(), 1, most);
    }

    public SortedSet<Integer> cpus() {
        return cores.stream().flatMap(List::stream).collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
    }

    /// What is left with only these CPUs; all of it if none is named.
    public CpuCores only(Collection<Integer> cpus) {
        if (cpus.isEmpty()) return this;
        List<List<Integer>> left = cores.stream()
                .map(core -> core.stream().filter(cpus::contains).toList())
                .filter(core -> !core.isEmpty())
                .toList();
        return new CpuCores(left, most);
    }

    static CpuCores read(Path sys, Path status, int processors) {
        try {
            Map<Integer, List<Integer>> byCore = new TreeMap<>();
            for (int cpu : allowed(status)) {
                Path topology = sys.resolve("cpu" + cpu).resolve("topology");
                int first = parse(Files.readString(topology.resolve("thread_siblings_list")))
                        .first();
                byCore.computeIfAbsent(first, core -> new ArrayList<>()).add(cpu);
            }
            return new CpuCores(List.copyOf(byCore.values()), processors);
        } catch (IOException | IllegalArgumentException notSaid) {
            return new CpuCores(
                    IntStream.range(0, processors).mapToObj(List::of).toList(), processors);
        }
    }

    private static SortedSet<Integer> allowed(Path status) throws IOException {
        String name = "Cpus_allowed_list:";
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith(name)) return parse(line.substring(name.length()));
        }
        throw new IOException(status + " has no " + name);
    }

    private static final class OfThisProcess {
        static final CpuCores CORES = read(SYS, STATUS, Runtime.getRuntime().availableProcessors());
    }
}
