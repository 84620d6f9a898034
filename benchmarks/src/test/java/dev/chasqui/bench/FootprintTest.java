package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class FootprintTest {

    @Test
    void linuxSaysWhatAProcessHolds() {
        Footprint footprint = Footprint.of(
                List.of("Name:\tjava", "VmRSS:\t  409600 kB", "Threads:\t23"),
                Stream.of(
                        "7f00-7f01 r-xp 00000000 fe:00 12  /usr/lib/libc.so.6",
                        "7f02-7f03 rw-p 00000000 00:00 0",
                        "7f04-7f05 rw-p 00000000 00:00 0  [heap]"),
                30,
                9);

        assertThat(footprint).isEqualTo(new Footprint(400, 30, 9, 23, 1));
        assertThat(footprint.otherMib()).isEqualTo(370);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessHoldsSomething() {
        Footprint now = Footprint.now(0);

        assertThat(now.rssMib()).isGreaterThan(now.heapMib()).isPositive();
        assertThat(now.threads()).isGreaterThan(1);
        assertThat(now.mappedFiles()).isPositive();
    }

    @Test
    void whatGrowsBeyondItsToleranceIsNamed() {
        Footprint early = new Footprint(400, 0, 8, 23, 150);

        assertThat(Flatness.grown(early, new Footprint(552, 100, 24, 27, 154))).isEmpty();
        assertThat(Flatness.grown(early, new Footprint(300, 0, 2, 10, 100))).isEmpty();
        assertThat(Flatness.grown(early, new Footprint(553, 100, 25, 28, 155)))
                .containsExactly(
                        "resident memory without cold sequences in MiB: 400, then 453; at most 52 more may be",
                        "heap in MiB: 8, then 25; at most 16 more may be",
                        "threads: 23, then 28; at most 4 more may be",
                        "mapped files: 150, then 155; at most 4 more may be");
    }
}
