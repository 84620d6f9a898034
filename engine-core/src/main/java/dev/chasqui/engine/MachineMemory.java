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

    static MachineMemory read(Path meminfo, Path cgroup) {
        OptionalLong limit = number(cgroup.resolve("memory.max"));
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
        if (limit.isPresent()) {
            long used = number(cgroup.resolve("memory.current")).orElse(0);
            available = Math.min(available, Math.max(0, limit.getAsLong() - used));
        }
        return new MachineMemory(total, available, limit);
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
