package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuCoresTest {

    @TempDir
    private Path machine;

    @Test
    void hyperThreadsOfOneCoreCountOnce() throws IOException {
        allowed("0-7");
        for (int cpu = 0; cpu < 8; cpu++) sibling(cpu, cpu % 4 + "," + (cpu % 4 + 4));

        CpuCores cores = read(8);

        assertThat(cores.cores()).containsExactly(List.of(0, 4), List.of(1, 5), List.of(2, 6), List.of(3, 7));
        assertThat(cores.physical()).isEqualTo(4);
        assertThat(cores.logical()).isEqualTo(8);
    }

    @Test
    void onlyCpusThisProcessMayUseCount() throws IOException {
        allowed("2-3,6");
        for (int cpu = 0; cpu < 8; cpu++) sibling(cpu, cpu % 4 + "," + (cpu % 4 + 4));

        assertThat(read(3).cores()).containsExactly(List.of(2, 6), List.of(3));
        assertThat(read(3).cpus()).containsExactly(2, 3, 6);
    }

    @Test
    void aControlGroupsQuotaLimitsBothCounts() throws IOException {
        allowed("0-7");
        for (int cpu = 0; cpu < 8; cpu++) sibling(cpu, Integer.toString(cpu));

        assertThat(read(3).physical()).isEqualTo(3);
        assertThat(read(3).logical()).isEqualTo(3);
    }

    @Test
    void whereTheSystemSaysNothingEachCpuIsACore() {
        CpuCores cores = read(6);

        assertThat(cores.physical()).isEqualTo(6);
        assertThat(cores.logical()).isEqualTo(6);
    }

    @Test
    void namedCpusAreLeftAndNoneNamedLeavesAll() {
        CpuCores cores = new CpuCores(List.of(List.of(0, 2), List.of(1, 3)), 4);

        assertThat(cores.only(List.of(2, 0, 1)).cores()).containsExactly(List.of(0, 2), List.of(1));
        assertThat(cores.only(List.of())).isEqualTo(cores);
        assertThat(cores.only(List.of(9)).physical()).isEqualTo(1);
    }

    @Test
    void aListIsNumbersAndRanges() {
        assertThat(CpuCores.parse(" 0-3, 6\n")).containsExactly(0, 1, 2, 3, 6);
        assertThat(CpuCores.parse("5")).containsExactly(5);
        for (String wrong : new String[] {"", "a", "1-", "3-1", "-1", "1-2-3", "0,,1", "512", "99999999999", "0x1"}) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> CpuCores.parse(wrong));
        }
    }

    @Test
    void thisMachineHasAtLeastOneOfEach() {
        CpuCores here = CpuCores.ofThisProcess();

        assertThat(here.physical())
                .isBetween(1, Math.min(here.logical(), Runtime.getRuntime().availableProcessors()));
    }

    private CpuCores read(int processors) {
        return CpuCores.read(machine, machine.resolve("status"), processors);
    }

    private void allowed(String list) throws IOException {
        Files.writeString(machine.resolve("status"), "Name:\tjava\nCpus_allowed_list:\t" + list + "\n");
    }

    private void sibling(int cpu, String list) throws IOException {
        Path topology = Files.createDirectories(machine.resolve("cpu" + cpu + "/topology"));
        Files.writeString(topology.resolve("thread_siblings_list"), list + "\n");
    }
}
