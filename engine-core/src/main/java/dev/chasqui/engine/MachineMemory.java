package dev.chasqui.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// How much memory this process may still take.
///
/// @param totalBytes     of the machine
/// @param availableBytes that can be had without swapping; a control group's limit counts
/// @param limitBytes     the control group's limit, if there is one
public record MachineMemory(long totalBytes, long availableBytes, OptionalLong limitBytes) {

    /// Reads it now. On Linux from `/proc/meminfo` and the control group, elsewhere from the JDK.
    public static MachineMemory read() {
        return read(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup"));
    }

    /// Whether so much can be taken, with some left to everybody else.
    public boolean hasRoomFor(long bytes) {
        return bytes + MemoryPlan.RESERVE_BYTES <= availableBytes;
    }

    MachineMemory withAvailable(long bytes) {
        return new MachineMemory(totalBytes, bytes, limitBytes);
    }

    static MachineMemory read(Path meminfo, Path cgroup) {
        OptionalLong limit = limit(cgroup);
        long total;
        long available;
        try {
            total = kilobytes(meminfo, "MemTotal:");
            available = kilobytes(meminfo, "MemAvailable:");
        } catch (IOException e) {
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            total = system.getTotalMemorySize();
            available = system.getFreeMemorySize();
        }
        // Version 1 writes a number beyond any machine where there is no limit.
        if (limit.isEmpty() || limit.getAsLong() >= total)
            return new MachineMemory(total, available, OptionalLong.empty());
        return new MachineMemory(total, Math.clamp(limit.getAsLong() - held(cgroup), 0, available), limit);
    }

    /// Of a control group of version 2, or of version 1's memory controller.
    private static OptionalLong limit(Path cgroup) {
        OptionalLong limit = number(cgroup.resolve("memory.max"));
        return limit.isPresent() ? limit : number(cgroup.resolve("memory/memory.limit_in_bytes"));
    }

    /// What the group cannot give back: all it is charged for, less pages of files. Those it drops when it
    /// needs room, as `MemAvailable` reckons too.
    private static long held(Path cgroup) {
        boolean second = Files.exists(cgroup.resolve("memory.current"));
        Path folder = second ? cgroup : cgroup.resolve("memory");
        long charged = number(folder.resolve(second ? "memory.current" : "memory.usage_in_bytes"))
                .orElse(0);
        String prefix = second ? "" : "total_";
        long files = 0;
        try {
            for (String line : Files.readAllLines(folder.resolve("memory.stat"))) {
                String[] pair = line.split(" ");
                boolean file = pair[0].equals(prefix + "active_file") || pair[0].equals(prefix + "inactive_file");
                if (file) files += Long.parseLong(pair[1]);
            }
        } catch (IOException | RuntimeException e) {
            return charged;
        }
        return Math.max(0, charged - files);
    }

    private static long kilobytes(Path meminfo, String key) throws IOException {
        for (String line : Files.readAllLines(meminfo)) {
            if (line.startsWith(key)) return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
        throw new IOException(meminfo + " has no " + key);
    }

    private static OptionalLong number(Path file) {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty(); // no control group, or "max"
        }
    }
}
