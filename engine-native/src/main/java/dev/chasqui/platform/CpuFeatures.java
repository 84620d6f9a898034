package dev.chasqui.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What this machine's processor is and can do, by the kernel's names (`avx2`, `asimddp`).
///
/// @param model    for people
/// @param flags    empty if this system does not list them
/// @param identity a hash that changes when the processor does: another verdict is needed then
public record CpuFeatures(String model, Optional<Set<String>> flags, String identity) {

    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    static CpuFeatures read() {
        if (!Files.isReadable(CPUINFO)) return unlisted();
        try {
            return parse(Files.readString(CPUINFO, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return unlisted();
        }
    }

    /// @param cpuinfo the text of `/proc/cpuinfo`; its first processor counts
    static CpuFeatures parse(String cpuinfo) {
        Map<String, String> fields = new HashMap<>();
        for (String line : cpuinfo.split("\n")) {
            if (line.isBlank() && !fields.isEmpty()) break;
            int colon = line.indexOf(':');
            if (colon < 0) continue;
            fields.put(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        String flags = fields.getOrDefault("flags", fields.getOrDefault("Features", ""));
        String model = fields.containsKey("model name")
                ? fields.get("model name")
                : "CPU implementer " + fields.getOrDefault("CPU implementer", "?") + " part "
                        + fields.getOrDefault("CPU part", "?");
        String numbers = fields.getOrDefault("cpu family", "") + "/" + fields.getOrDefault("model", "") + "/"
                + fields.getOrDefault("stepping", fields.getOrDefault("CPU revision", ""));
        return new CpuFeatures(
                model,
                flags.isEmpty() ? Optional.empty() : Optional.of(Set.of(flags.split(" "))),
                Fingerprint.of(model + "\n" + numbers + "\n" + flags));
    }

    private static CpuFeatures unlisted() {
        String model = Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER"))
                .orElse(System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return new CpuFeatures(model, Optional.empty(), Fingerprint.of(model));
    }
}
