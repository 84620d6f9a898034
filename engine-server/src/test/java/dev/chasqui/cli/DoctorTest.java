package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.engine.Isolation;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.platform.CpuVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    private final CommandRun chasqui = new CommandRun();

    @Test
    void aProblemMakesTheStatusOneAndAWarningDoesNot() {
        chasqui.diagnosis = new Diagnosis(List.of(Finding.ok("java", "25"), Finding.warning("load", "high", "wait")));
        assertThat(chasqui.run("doctor")).isZero();
        assertThat(chasqui.out()).isEqualTo("""
                        ok    java  25
                        WARN  load  high
                                    -> wait
                        chasqui can run here.
                        """);

        chasqui.diagnosis = new Diagnosis(List.of(Finding.problem("store", "read-only", "chown it")));
        assertThat(chasqui.run("doctor", "--json")).isEqualTo(1);
        assertThat(chasqui.out())
                .contains("\"usable\" : false")
                .contains("\"level\" : \"problem\"")
                .contains("\"remedy\" : \"chown it\"");
    }

    @Test
    void anOldJavaIsAProblem() {
        assertThat(MachineChecks.java(17, "17.0.1", "/j").level()).isEqualTo(Finding.Level.PROBLEM);
        assertThat(MachineChecks.java(25, "25.0.1", "/j").level()).isEqualTo(Finding.Level.OK);
    }

    @Test
    void littleMemoryIsAWarningAndTooLittleAProblem() {
        assertThat(MachineChecks.memory(8L << 30, 4L << 30, OptionalLong.empty())
                        .level())
                .isEqualTo(Finding.Level.OK);
        assertThat(MachineChecks.memory(8L << 30, 600L << 20, OptionalLong.empty())
                        .level())
                .isEqualTo(Finding.Level.WARNING);
        Finding full = MachineChecks.memory(8L << 30, 100L << 20, OptionalLong.of(512L << 20));
        assertThat(full.level()).isEqualTo(Finding.Level.PROBLEM);
        assertThat(full.text()).contains("control group limit 536 MB");
    }

    @Test
    void howFarNativeCodeIsKeptAwayIsSaid() {
        for (Isolation level : Isolation.values()) {
            Finding finding = Doctor.isolation(level);
            assertThat(finding.level()).isEqualTo(Finding.Level.OK);
            assertThat(finding.text()).startsWith(level.wire() + ": ");
        }
    }

    @Test
    void aBusyMachineIsNamed() {
        assertThat(MachineChecks.load(0.4, 2).level()).isEqualTo(Finding.Level.OK);
        assertThat(MachineChecks.load(1.9, 2).text()).startsWith("1.90 on 2 cores");
        assertThat(MachineChecks.load(1.9, 2).level()).isEqualTo(Finding.Level.WARNING);
    }

    @Test
    void coresAreCountedAndWrongCpusAreNamed() {
        CpuCores here = new CpuCores(List.of(List.of(0, 2), List.of(1, 3)), 4);

        assertThat(MachineChecks.cores(here, Optional.empty()).text()).isEqualTo("2 cores with 4 hyper-threads");
        Finding wrong = MachineChecks.cores(here, Optional.of("0-511"));
        assertThat(wrong.level()).isEqualTo(Finding.Level.WARNING);
        assertThat(wrong.text()).contains("CHASQUI_CPUS is not used");
        assertThat(wrong.remedy().orElseThrow()).contains("0-3,6");
    }

    @Test
    void foldersAreJudgedBeforeAnythingIsWritten(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThat(FolderChecks.folder("store", folder.resolve("a/b"), 1, "X").text())
                .contains("made on first use");
        assertThat(folder.resolve("a")).doesNotExist();
        assertThat(FolderChecks.folder("store", file.resolve("b"), 1, "X").level())
                .isEqualTo(Finding.Level.PROBLEM);
        Finding full = FolderChecks.folder("store", folder, Long.MAX_VALUE, "OLLAMA_MODELS");
        assertThat(full.level()).isEqualTo(Finding.Level.PROBLEM);
        assertThat(full.remedy().orElseThrow()).contains("OLLAMA_MODELS");
    }

    @Test
    void aCpuVariantThatDiedIsShownWithItsReason() {
        Finding finding = NativeChecks.variant(
                "haswell",
                List.of(
                        new CpuVerdict("icelake", false, "it died of SIGILL (0x4)", true),
                        new CpuVerdict("haswell", true, "", true)));

        assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
        assertThat(finding.text()).startsWith("haswell, proven earlier").contains("icelake (it died of SIGILL (0x4))");
    }

    @Test
    void theDefaultModelsAbsenceSaysHowToGetIt() {
        assertThat(new Doctor(chasqui).models().remedy().orElseThrow()).contains("chasqui pull smollm2:135m");

        chasqui.embedded.with("smollm2:135m", 1, Instant.now());
        assertThat(new Doctor(chasqui).models().level()).isEqualTo(Finding.Level.OK);
    }
}
