package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(OS.WINDOWS)
class CpuProofTest {

    private static final CpuProof PROOF = new CpuProof(DiesAsNamed.class.getName(), Duration.ofSeconds(60));
    private static final CpuProof NO_CHILD = new CpuProof("no.such.Child", Duration.ofSeconds(60));
    private static final CpuFeatures CPU = new CpuFeatures("a processor", Optional.empty(), "abcd");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "segv, it died of SIGSEGV",
        "ill, it died of SIGILL",
        "abort, it died of SIGABRT",
        "status, it ended with status 3",
        "silent, it ended with status 0: nothing to say",
        "throws, java.lang.IllegalStateException: the decode was wrong"
    })
    void aVariantThatDiesGivesWayToTheNextAndIsRemembered(String death, String reason) {
        CpuChoice first = choose(PROOF, death, "good");
        CpuChoice second = choose(NO_CHILD, death, "good");

        assertThat(first.variant().name()).isEqualTo("good");
        assertThat(first.tried()).extracting(CpuVerdict::good).containsExactly(false, true);
        assertThat(first.tried().getFirst().reason()).startsWith(reason);
        assertThat(second.variant()).isEqualTo(first.variant());
        assertThat(second.tried()).allMatch(CpuVerdict::remembered);
        assertThat(second.tried().getFirst().reason()).startsWith(reason);
    }

    @Test
    void aVariantThatHangsIsStopped() {
        CpuProof impatient = new CpuProof(DiesAsNamed.class.getName(), Duration.ofMillis(1500));

        CpuVerdict verdict = impatient.of(folder, variant("hangs"));

        assertThat(verdict.good()).isFalse();
        assertThat(verdict.reason()).contains("did not finish");
    }

    @Test
    void whenEveryVariantDiesTheErrorSaysWhatBecameOfEach() {
        assertThatThrownBy(() -> choose(PROOF, "segv", "abort"))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("no CPU library in " + folder + " works on this machine (a processor)")
                .hasMessageContaining("segv: it died of SIGSEGV")
                .hasMessageContaining("abort: it died of SIGABRT")
                .hasMessageContaining("Delete " + folder.resolve("verdicts.properties"));
    }

    @Test
    void aDeathThatIsNotTheVariantsFaultIsNotHeldAgainstIt() {
        assertThatThrownBy(() -> choose(PROOF, "killed", "good")).hasMessageContaining("SIGKILL");
        assertThatThrownBy(() -> choose(NO_CHILD, "good")).hasMessageContaining("no.such.Child");

        assertThat(folder.resolve("verdicts.properties")).doesNotExist();
    }

    @Test
    void anotherProcessorOrOtherLibrariesAreProvenAgain() {
        choose(PROOF, "good");

        CpuFeatures other = new CpuFeatures("another processor", Optional.empty(), "ffff");
        NativeSource rebuilt = new NativeSource(folder, "content2", false);

        assertThatThrownBy(() -> choose(NO_CHILD, other, source(), "good")).hasMessageContaining("no.such.Child");
        assertThatThrownBy(() -> choose(NO_CHILD, CPU, rebuilt, "good")).hasMessageContaining("no.such.Child");
        assertThat(choose(NO_CHILD, "good").variant().name()).isEqualTo("good");
    }

    @Test
    void aDamagedFileOfVerdictsIsMadeAnew() throws Exception {
        Files.writeString(folder.resolve("verdicts.properties"), "content1.abcd.good=\\u00zz");

        CpuChoice proven = choose(PROOF, "good");
        CpuChoice remembered = choose(NO_CHILD, "good");

        assertThat(proven.tried().getFirst().remembered()).isFalse();
        assertThat(remembered.tried().getFirst().remembered()).isTrue();
    }

    @Test
    void noCrashReportIsLeftBehind() throws Exception {
        Path here = Path.of("").toAbsolutePath();

        PROOF.of(folder, variant("segv"));

        try (Stream<Path> files = Files.list(here)) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("hs_err"));
        }
    }

    private CpuChoice choose(CpuProof proof, String... names) {
        return choose(proof, CPU, source(), names);
    }

    private CpuChoice choose(CpuProof proof, CpuFeatures cpu, NativeSource source, String... names) {
        List<CpuVariant> variants = Arrays.stream(names).map(this::variant).toList();
        return CpuChoice.make(variants, cpu, source, folder.resolve("verdicts.properties"), proof);
    }

    private NativeSource source() {
        return new NativeSource(folder, "content1", false);
    }

    private CpuVariant variant(String name) {
        return new CpuVariant(name, folder.resolve("libggml-cpu-" + name + ".so"));
    }
}
