package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
    void pagesOfFilesInAControlGroupCanBeTakenBack() throws IOException {
        Files.writeString(folder.resolve("memory.max"), "300000000\n");
        Files.writeString(folder.resolve("memory.current"), "290000000\n");
        Files.writeString(
                folder.resolve("memory.stat"), "anon 40000000\nactive_file 150000000\ninactive_file 100000000\n");

        assertThat(read().availableBytes()).isEqualTo(260_000_000);
    }

    @Test
    void aControlGroupOfVersionOneCountsToo() throws IOException {
        Path memory = Files.createDirectory(folder.resolve("memory"));
        Files.writeString(memory.resolve("memory.limit_in_bytes"), "300000000\n");
        Files.writeString(memory.resolve("memory.usage_in_bytes"), "200000000\n");
        Files.writeString(
                memory.resolve("memory.stat"),
                "inactive_file 1\ntotal_inactive_file 50000000\ntotal_active_file 10000000\n");

        assertThat(read().availableBytes()).isEqualTo(160_000_000);
        assertThat(read().limitBytes()).hasValue(300_000_000);
    }

    @Test
    void versionOnesNumberForNoLimitIsNone() throws IOException {
        Path memory = Files.createDirectory(folder.resolve("memory"));
        Files.writeString(memory.resolve("memory.limit_in_bytes"), "9223372036854771712\n");

        assertThat(read().limitBytes()).isEmpty();
        assertThat(read().availableBytes()).isEqualTo(1L << 29);
    }

    private MachineMemory read() {
        return MachineMemory.read(folder.resolve("meminfo"), folder);
    }
}
