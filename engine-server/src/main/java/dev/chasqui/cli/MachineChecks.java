package dev.chasqui.cli;

import dev.chasqui.platform.CpuCores;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Judges the machine: Java, memory, load.
final class MachineChecks {

    private static final int JAVA = 25;
    private static final long SMALLEST_BYTES = 300L << 20;
    private static final long COMFORT_BYTES = 1L << 30;

    private MachineChecks() {}

    static Finding java(int feature, String version, String home) {
        String text = version + " (" + home + ")";
        if (feature >= JAVA) return Finding.ok("java", text);
        return Finding.problem(
                "java",
                text + ", which is older than " + JAVA,
                "install Temurin " + JAVA + ": apt install temurin-" + JAVA + "-jdk, or name a JDK in CHASQUI_JAVA");
    }

    /// @param limitBytes the control group's limit, if there is one
    static Finding memory(long totalBytes, long availableBytes, OptionalLong limitBytes) {
        String limit = limitBytes.isPresent() ? ", control group limit " + Human.bytes(limitBytes.getAsLong()) : "";
        String text = Human.bytes(availableBytes) + " available of " + Human.bytes(totalBytes) + limit;
        if (availableBytes < SMALLEST_BYTES) {
            return Finding.problem(
                    "memory",
                    text + "; the default model needs " + Human.bytes(SMALLEST_BYTES),
                    "end other programs, or raise the control group's limit");
        }
        if (availableBytes < COMFORT_BYTES) {
            return Finding.warning(
                    "memory", text, "take small models and a small num_ctx (-o num_ctx=2048), or end other programs");
        }
        return Finding.ok("memory", text);
    }

    /// @param named what `CHASQUI_CPUS` says
    static Finding cores(CpuCores here, Optional<String> named) {
        String text = here.physical()
                + (here.physical() == 1 ? " core" : " cores")
                + (here.logical() > here.physical() ? " with " + here.logical() + " hyper-threads" : "");
        if (named.isEmpty()) return Finding.ok("cores", text);
        try {
            Set<Integer> cpus = CpuCores.requireUsable(CpuCores.parse(named.get()));
            return Finding.ok("cores", text + "; models compute on CPUs " + cpus);
        } catch (IllegalArgumentException e) {
            return Finding.warning(
                    "cores",
                    text + "; CHASQUI_CPUS is not used: " + e.getMessage(),
                    "write CPU numbers and ranges as taskset does, such as 0-3,6");
        }
    }

    /// @param loadAverage processes that wanted to run, over the last minute; negative where nobody knows
    static Finding load(double loadAverage, int cores) {
        if (loadAverage < 0) return Finding.ok("load", "unknown, on " + cores + " cores");
        String text = String.format(Locale.ROOT, "%.2f on %d cores", loadAverage, cores);
        if (loadAverage <= cores * 0.75) return Finding.ok("load", text);
        return Finding.warning(
                "load",
                text + ": answers are slower while others use the cores",
                "end other programs; until then the engine leaves them their cores and computes with fewer threads");
    }
}
