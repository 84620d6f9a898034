package dev.chasqui.cli;

import dev.chasqui.platform.CpuVerdict;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.platform.NativeLibraryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Judges llama.cpp's libraries and the devices they can use.
final class NativeChecks {

    /// What a model's speed depends on; `/proc/cpuinfo` lists a hundred more.
    private static final List<String> TELLING = List.of(
            "sse4_2",
            "avx",
            "f16c",
            "fma",
            "avx2",
            "avx_vnni",
            "avx512f",
            "avx512_vnni",
            "avx512_bf16",
            "amx_tile",
            "amx_int8",
            "asimd",
            "asimdhp",
            "asimddp",
            "i8mm",
            "bf16",
            "sve",
            "sve2",
            "sme");

    private NativeChecks() {}

    static Path cacheFolder() {
        return Objects.requireNonNull(NativeLibraries.verdictsFile().getParent());
    }

    /// Loads the libraries; on first use that proves a CPU variant, which takes some seconds.
    static List<Finding> libraries() {
        NativeLibraries libraries;
        try {
            libraries = NativeLibraries.load();
        } catch (NativeLibraryException e) {
            return List.of(Finding.problem(
                    "llama.cpp",
                    String.valueOf(e.getMessage()),
                    "see docs, or bring your own build of llama.cpp in CHASQUI_LLAMA_DIR"));
        }
        List<Finding> findings = new ArrayList<>();
        String own = libraries.isOwnBuild() ? "your own build, " : "";
        findings.add(Finding.ok(
                "llama.cpp",
                libraries.llamaVersion() + " (" + own + libraries.platform() + ", " + libraries.folder() + ")"));
        String model = libraries.cpu().features().model();
        Set<String> flags = libraries.cpu().features().flags().orElse(Set.of());
        String told = TELLING.stream().filter(flags::contains).collect(Collectors.joining(" "));
        findings.add(Finding.ok("cpu", told.isEmpty() ? model : model + ": " + told));
        findings.add(variant(libraries.cpu().variant().name(), libraries.cpu().tried()));
        for (String gpu : libraries.gpus()) {
            findings.add(
                    gpu.contains("is not used")
                            ? Finding.warning("gpu", gpu, "install its driver and runtime, or go on with the CPU")
                            : Finding.ok("gpu", gpu));
        }
        if (libraries.gpus().isEmpty()) findings.add(Finding.ok("gpu", "none in this build; the CPU computes"));
        return findings;
    }

    /// @param tried the best first; the last is the one in use
    static Finding variant(String name, List<CpuVerdict> tried) {
        String died = tried.stream()
                .filter(verdict -> !verdict.good())
                .map(verdict -> verdict.variant() + " (" + verdict.reason() + ")")
                .collect(Collectors.joining(", "));
        boolean remembered = !tried.isEmpty() && tried.getLast().remembered();
        String proven = name + ", proven " + (remembered ? "earlier" : "just now") + " in a process of its own";
        if (died.isEmpty()) return Finding.ok("cpu code", proven);
        return Finding.warning(
                "cpu code",
                proven + "; better ones do not work here: " + died,
                "after a change of machine or kernel, delete " + NativeLibraries.verdictsFile() + " to try them again");
    }
}
