package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.platform.CpuCores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcCoresTest {

    private static final long MILLISECOND = 1_000_000;
    private static final CpuCores TWO = new CpuCores(List.of(List.of(0), List.of(1)), 2);

    @TempDir
    private Path proc;

    @BeforeEach
    void twoCores() throws IOException {
        Files.createDirectory(proc.resolve("self"));
        counted(1000, 500, 8000, 300);
    }

    @Test
    void whatOthersUsedIsNotFree() throws IOException {
        ProcCores cores = new ProcCores(proc, TWO, 0);

        counted(1150, 500, 8050, 350); // of 200 ticks 150 were busy, 50 of them by us

        assertThat(cores.at(1000 * MILLISECOND)).hasValue(1.0);
    }

    @Test
    void whatWeUseOurselvesIsFree() throws IOException {
        ProcCores cores = new ProcCores(proc, TWO, 0);

        counted(1200, 500, 8000, 500);

        assertThat(cores.at(1000 * MILLISECOND)).hasValue(2.0);
    }

    @Test
    void whatRunsAtLowPriorityGivesWay() throws IOException {
        ProcCores cores = new ProcCores(proc, TWO, 0);

        counted(1000, 700, 8000, 300);

        assertThat(cores.at(1000 * MILLISECOND)).hasValue(2.0);
    }

    @Test
    void anAnswerHoldsForATenthOfASecond() throws IOException {
        ProcCores cores = new ProcCores(proc, TWO, 0);
        counted(1100, 500, 8100, 300);
        cores.at(1000 * MILLISECOND);

        counted(1500, 500, 8100, 300);

        assertThat(cores.at(1099 * MILLISECOND)).hasValue(1.0);
        assertThat(cores.at(1100 * MILLISECOND)).hasValue(0.0);
    }

    @Test
    void aLongWindowSaysNothingAboutNow() throws IOException {
        ProcCores cores = new ProcCores(proc, TWO, 0);
        counted(1100, 500, 8100, 300);

        assertThat(cores.at(61_000 * MILLISECOND)).isEmpty();
    }

    @Test
    void withoutTheFilesNobodyKnows() {
        ProcCores cores = new ProcCores(proc.resolve("elsewhere"), TWO, 0);

        assertThat(cores.at(1000 * MILLISECOND)).isEmpty();
    }

    @Test
    void onlyOurCpusCount() throws IOException {
        ProcCores second = new ProcCores(proc, TWO.only(List.of(1)), 0);

        counted(1100, 500, 8200, 300); // it is the first one that was busy

        assertThat(second.at(1000 * MILLISECOND)).hasValue(1.0);
    }

    @Test
    void aCoreWithABusyHyperThreadIsNotFree() throws IOException {
        ProcCores cores = new ProcCores(proc, new CpuCores(List.of(List.of(0, 1)), 2), 0);

        counted(1100, 500, 8100, 300);

        assertThat(cores.at(1000 * MILLISECOND)).hasValue(0.0);
    }

    /// Of two CPUs that are idle for the same time; the first one did all the work.
    private void counted(long user, long nice, long idle, long own) throws IOException {
        Files.writeString(
                proc.resolve("stat"),
                "cpu  1 1 1 1 1 1 1 1 0 0\ncpu0 " + user + " " + nice + " 0 " + (idle / 2) + " 0 0 0 0 0 0\ncpu1 0 0 0 "
                        + (idle / 2) + " 0 0 0 0 0 0\ncpu7 5 5 5 5 5 5 5 5 5 5\nintr 5 6 7\n");
        Files.writeString(
                proc.resolve("self/stat"), "7 (ja) va) S 1 7 7 0 -1 0 0 0 0 0 " + own + " 0 0 0 20 0 9 0 0 0 0\n");
    }
}
