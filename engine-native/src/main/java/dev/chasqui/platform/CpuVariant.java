package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A build of ggml's CPU backend for one generation of processors.
///
/// @param name    as in the file's name, for example `haswell`; `cpu` where there is only one
/// @param library the file
public record CpuVariant(String name, Path library) {

    /// What each variant needs, and how much ggml prefers it; both from ggml's `cpu-feats.cpp` and
    /// `CMakeLists.txt`.
    private static final Map<String, Set<String>> NEEDS = Map.ofEntries(
            Map.entry("x64", Set.of()),
            Map.entry("sse42", Set.of("sse4_2")),
            Map.entry("sandybridge", Set.of("sse4_2", "avx")),
            Map.entry("ivybridge", Set.of("sse4_2", "avx", "f16c")),
            Map.entry("piledriver", Set.of("sse4_2", "avx", "f16c", "fma")),
            Map.entry("haswell", haswell()),
            Map.entry("alderlake", haswell("avx_vnni")),
            Map.entry("skylakex", avx512()),
            Map.entry("cannonlake", avx512("avx512vbmi")),
            Map.entry("cascadelake", avx512("avx512_vnni")),
            Map.entry("icelake", avx512("avx512vbmi", "avx512_vnni")),
            Map.entry("cooperlake", avx512("avx512_vnni", "avx512_bf16")),
            Map.entry("zen4", avx512("avx512vbmi", "avx512_vnni", "avx512_bf16")),
            Map.entry("sapphirerapids", avx512("avx512vbmi", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8")),
            Map.entry("armv8.0_1", Set.of()),
            Map.entry("armv8.2_1", Set.of("asimddp")),
            Map.entry("armv8.2_2", Set.of("asimddp", "asimdhp")),
            Map.entry("armv8.2_3", Set.of("asimddp", "asimdhp", "sve")),
            Map.entry("armv8.6_1", Set.of("asimddp", "asimdhp", "sve", "i8mm")),
            Map.entry("armv8.6_2", Set.of("asimddp", "asimdhp", "sve", "i8mm", "sve2")),
            Map.entry("armv9.2_1", Set.of("asimddp", "asimdhp", "sve", "i8mm", "sme")),
            Map.entry("armv9.2_2", Set.of("asimddp", "asimdhp", "sve", "i8mm", "sve2", "sme")),
            Map.entry("apple_m1", Set.of("asimddp")),
            Map.entry("apple_m2_m3", Set.of("asimddp", "i8mm")),
            Map.entry("apple_m4", Set.of("asimddp", "i8mm", "sme")));

    private static final Map<String, Integer> WORTH = Map.ofEntries(
            Map.entry("fma", 1),
            Map.entry("f16c", 1 << 1),
            Map.entry("sse4_2", 1 << 2),
            Map.entry("bmi2", 1 << 3),
            Map.entry("avx", 1 << 4),
            Map.entry("avx2", 1 << 5),
            Map.entry("avx_vnni", 1 << 6),
            Map.entry("avx512f", 1 << 7),
            Map.entry("avx512vbmi", 1 << 8),
            Map.entry("avx512_bf16", 1 << 9),
            Map.entry("avx512_vnni", 1 << 10),
            Map.entry("amx_int8", 1 << 11),
            Map.entry("asimddp", 1 << 1),
            Map.entry("asimdhp", 1 << 2),
            Map.entry("sve", 1 << 3),
            Map.entry("i8mm", 1 << 4),
            Map.entry("sve2", 1 << 5),
            Map.entry("sme", 1 << 6));

    /// The variants in a folder that this processor can run by its flags, in the order ggml would prefer them.
    ///
    /// Where the system lists no flags all are candidates: ggml's own check refuses the wrong ones in the child.
    ///
    /// @throws NativeLibraryException if there is none, or the one asked for is not there or does not fit
    static List<CpuVariant> candidates(Platform platform, Path folder, CpuFeatures cpu) {
        List<CpuVariant> all = in(platform, folder);
        Optional<String> forced = Setting.CHASQUI_CPU_VARIANT.value();
        if (forced.isPresent()) return List.of(forced(forced.get(), all, cpu));
        List<CpuVariant> fitting = new ArrayList<>();
        for (CpuVariant variant : all) if (variant.missing(cpu).isEmpty()) fitting.add(variant);
        fitting.sort((one, other) -> Integer.compare(other.score(), one.score()));
        if (!fitting.isEmpty()) return fitting;
        throw new NativeLibraryException(
                "no CPU library in " + folder + " fits this processor (" + cpu.model() + "); there are " + names(all));
    }

    private static CpuVariant forced(String name, List<CpuVariant> all, CpuFeatures cpu) {
        CpuVariant variant = all.stream()
                .filter(each -> each.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new NativeLibraryException(
                        Setting.CHASQUI_CPU_VARIANT + " is " + name + "; expected one of " + names(all)));
        List<String> missing = variant.missing(cpu);
        if (missing.isEmpty()) return variant;
        throw new NativeLibraryException(Setting.CHASQUI_CPU_VARIANT + " is " + name + ", which needs "
                + String.join(", ", missing) + "; this processor (" + cpu.model() + ") has not got it");
    }

    /// By name; of files with one name but different versions the first.
    private static List<CpuVariant> in(Platform platform, Path folder) {
        Map<String, CpuVariant> all = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Optional<String> tag = platform.tag(file, "ggml-cpu");
                if (tag.isEmpty()) continue;
                String name = tag.get().isEmpty() ? "cpu" : tag.get().substring(1);
                CpuVariant other = all.get(name);
                if (other == null || file.compareTo(other.library) < 0) all.put(name, new CpuVariant(name, file));
            }
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read the folder " + folder + ": " + e, e);
        }
        return List.copyOf(all.values());
    }

    /// What this variant needs and the processor has not got. Nothing is known of variants with other names.
    List<String> missing(CpuFeatures cpu) {
        List<String> missing = new ArrayList<>();
        if (cpu.flags().isEmpty()) return missing;
        for (String flag : NEEDS.getOrDefault(name, Set.of())) {
            if (!cpu.flags().get().contains(flag)) missing.add(flag);
        }
        missing.sort(null);
        return missing;
    }

    private int score() {
        int score = 0;
        for (String flag : NEEDS.getOrDefault(name, Set.of())) score += WORTH.getOrDefault(flag, 0);
        return score;
    }

    private static String names(List<CpuVariant> variants) {
        return variants.isEmpty()
                ? "none"
                : String.join(", ", variants.stream().map(CpuVariant::name).toList());
    }

    private static Set<String> haswell(String... more) {
        return plus(Set.of("sse4_2", "avx", "f16c", "fma", "avx2", "bmi2"), more);
    }

    private static Set<String> avx512(String... more) {
        return plus(haswell("avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"), more);
    }

    private static Set<String> plus(Set<String> some, String... more) {
        Set<String> all = new HashSet<>(some);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }
}
