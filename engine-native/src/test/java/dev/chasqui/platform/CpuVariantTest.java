package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CpuVariantTest {

    private static final Platform LINUX = new Platform("linux-x86_64");
    private static final String BASE = "fpu sse4_2 avx f16c fma avx2 bmi2 ";
    private static final String AVX512 = BASE + "avx512f avx512cd avx512vl avx512dq avx512bw ";

    @TempDir
    private Path folder;

    @AfterEach
    void forceNothing() {
        System.clearProperty("chasqui.cpu.variant");
    }

    @Test
    void theBestVariantThatTheFlagsAllowComesFirst() throws Exception {
        shipAllX86();

        assertThat(names(BASE)).containsExactly("haswell", "piledriver", "ivybridge", "sandybridge", "sse42", "x64");
        assertThat(names(BASE + "avx_vnni")).startsWith("alderlake", "haswell");
        assertThat(names(AVX512)).startsWith("skylakex", "haswell");
        assertThat(names(AVX512 + "avx512vbmi avx512_vnni avx512_bf16"))
                .startsWith("zen4", "cooperlake", "icelake", "cascadelake", "cannonlake", "skylakex");
        assertThat(names(AVX512 + "avx512vbmi avx512_vnni avx512_bf16 amx_tile amx_int8"))
                .startsWith("sapphirerapids", "zen4");
        assertThat(names("fpu")).containsExactly("x64");
    }

    @Test
    void armVariantsFollowArmFlags() throws Exception {
        for (String name : List.of("armv8.0_1", "armv8.2_1", "armv8.2_2", "armv8.6_1")) ship(name);
        CpuFeatures cpu = CpuFeatures.parse("processor : 0\nFeatures : fp asimd asimddp asimdhp\nCPU part : 0xd40\n");

        assertThat(CpuVariant.candidates(new Platform("linux-arm64"), folder, cpu))
                .extracting(CpuVariant::name)
                .containsExactly("armv8.2_2", "armv8.2_1", "armv8.0_1");
    }

    @Test
    void aVariantCanBeForcedIfTheProcessorHasWhatItNeeds() throws Exception {
        shipAllX86();

        System.setProperty("chasqui.cpu.variant", "sandybridge");
        assertThat(names(BASE)).containsExactly("sandybridge");

        System.setProperty("chasqui.cpu.variant", "zen4");
        assertThatThrownBy(() -> names(BASE))
                .hasMessageContaining("CHASQUI_CPU_VARIANT is zen4, which needs avx512_bf16, avx512_vnni");

        System.setProperty("chasqui.cpu.variant", "zen9");
        assertThatThrownBy(() -> names(BASE)).hasMessageContaining("zen9; expected one of alderlake, cannonlake");
    }

    @Test
    void aFolderWithOnePlainCpuLibraryHasOneCandidate() throws Exception {
        Files.createFile(folder.resolve("libggml-cpu.so.0"));

        assertThat(names("fpu")).containsExactly("cpu");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ourOrderIsThatOfGgmlsOwnScores(@TempDir Path natives) throws Throwable {
        Platform host = Platform.host();
        Path shipped = Extraction.extract(NativeIndex.find(host).orElseThrow(), natives);

        List<Integer> scores = new ArrayList<>();
        for (CpuVariant variant : CpuVariant.candidates(host, shipped, CpuFeatures.read())) {
            try (Arena arena = Arena.ofConfined()) {
                var score = SymbolLookup.libraryLookup(variant.library(), arena)
                        .find("ggml_backend_score")
                        .orElseThrow();
                scores.add((int) Linker.nativeLinker()
                        .downcallHandle(score, FunctionDescriptor.of(ValueLayout.JAVA_INT))
                        .invokeExact());
            }
        }

        assertThat(scores).hasSizeGreaterThan(0).doesNotContain(0).isSortedAccordingTo((a, b) -> b - a);
    }

    private List<String> names(String flags) {
        CpuFeatures cpu = CpuFeatures.parse("processor\t: 0\nmodel name\t: X\nflags\t\t: " + flags.strip() + "\n\n");
        return CpuVariant.candidates(LINUX, folder, cpu).stream()
                .map(CpuVariant::name)
                .toList();
    }

    private void shipAllX86() throws Exception {
        for (String name : List.of(
                "x64",
                "sse42",
                "sandybridge",
                "ivybridge",
                "piledriver",
                "haswell",
                "skylakex",
                "cannonlake",
                "cascadelake",
                "icelake",
                "cooperlake",
                "zen4",
                "alderlake",
                "sapphirerapids")) {
            ship(name);
        }
    }

    private void ship(String name) throws Exception {
        Files.createFile(folder.resolve("libggml-cpu-" + name + ".so"));
    }
}
