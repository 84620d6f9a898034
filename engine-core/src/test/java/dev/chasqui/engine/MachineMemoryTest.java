package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineMemoryTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void aMachineWithOneGibibyteOfWhichHalfIsAvailable() throws IOException {
        Files.writeString(
                folder.resolve("meminfo"), "MemTotal:  1048576 kB\nMemFree: 1 kB\nMemAvailable:  524288 kB\n");
    }

    @Test
    void withoutAControlGroupTheMachinesMemoryCounts() {
        MachineMemory memory = read();

        assertThat(memory.totalBytes()).isEqualTo(1L << 30);
        assertThat(memory.availableBytes()).isEqualTo(1L << 29);
        assertThat(memory.limitBytes()).isEmpty();
    }

    @Test
    void aControlGroupsLimitLessWhatItUsesCounts() throws IOException {
        Files.writeString(folder.resolve("memory.max"), "300000000\n");
        Files.writeString(folder.resolve("memory.current"), "100000000\n");

        assertThat(read().availableBytes()).isEqualTo(200_000_000);
        assertThat(read().limitBytes()).hasValue(300_000_000);
    }

    @Test
    void aControlGroupWithoutALimitChangesNothing() throws IOException {
        Files.writeString(folder.resolve("memory.max"), "max\n");

        assertThat(read().availableBytes()).isEqualTo(1L << 29);
    }

    @Test
    void aPlanThatDoesNotFitIsRefusedWithItsNumbers() {
        MemoryPlan plan = new MemoryPlan(300L << 20, 200L << 20, 100L << 20);

        assertThatThrownBy(() -> plan.requireFits("big", 4096, read()))
                .hasMessage("model 'big' needs 600 MiB (weights 300 MiB, KV cache for 4096 tokens 200 MiB, buffers"
                        + " 100 MiB) and 128 MiB spare; 512 MiB of memory are available. Lower num_ctx, unload"
                        + " another model, or use a smaller one");
        new MemoryPlan(300L << 20, 40L << 20, 40L << 20).requireFits("small", 4096, read());
    }

    private MachineMemory read() {
        return MachineMemory.read(folder.resolve("meminfo"), folder);
    }
}
