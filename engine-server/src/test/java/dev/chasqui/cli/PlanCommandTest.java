package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.engine.LoadPlan;
import dev.chasqui.engine.MachineMemory;
import dev.chasqui.engine.MemoryPlan;
import dev.chasqui.engine.MemoryPlan.DevicePlan;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PlanCommandTest {

    private static final long MIB = 1 << 20;

    private final CommandRun chasqui = new CommandRun();

    @Test
    void aPlanIsATableWithAVerdict() {
        chasqui.plan = plan(900 * MIB, OptionalLong.empty(), List.of(), List.of());

        assertThat(chasqui.run("plan", "smollm2:135m", "--num-ctx", "9000")).isZero();
        assertThat(chasqui.out().replaceAll(" +\n", "\n")).isEqualTo("""
                smollm2:135m, num_ctx 8192, all it was trained for, 0 of 31 layers on GPUs

                             HOST
                weights      94 MiB
                repacked     80 MiB
                KV cache     180 MiB
                buffers      30 MiB
                total        384 MiB
                needed       320 MiB
                available    900 MiB

                64 MiB of the weights are not read again once they are repacked, so they are not needed.
                It fits, with 128 MiB spare; the largest num_ctx that does is 8192.
                """);
        assertThat(chasqui.done).containsExactly("plan smollm2:135m {num_ctx=9000}");
    }

    @Test
    void whatDoesNotFitIsStatusOneWithTheLimitAndTheReasons() {
        chasqui.plan = plan(
                300 * MIB,
                OptionalLong.of(512 * MIB),
                List.of(new DevicePlan("CUDA0", 20 * MIB, 10 * MIB, MIB, 90 * MIB, 100 * MIB)),
                List.of("vulkan is not used, the CPU is: no driver"));

        assertThat(chasqui.run("plan", "m", "-o", "num_gpu=1")).isEqualTo(1);
        assertThat(chasqui.out())
                .contains("CUDA0")
                .contains("available    300 MiB    90 MiB")
                .contains("The control group's limit is 512 MiB.")
                .contains("vulkan is not used, the CPU is: no driver")
                .contains("It does not fit, with 128 MiB spare; the largest num_ctx that does is 8192.");
    }

    @Test
    void inJsonSizesAreBytes() {
        chasqui.plan = plan(900 * MIB, OptionalLong.empty(), List.of(), List.of());

        assertThat(chasqui.run("plan", "m", "--json")).isZero();
        assertThat(chasqui.out())
                .contains("\"fits\" : true")
                .contains("\"kv_cache\" : " + 180 * MIB)
                .contains("\"largest_num_ctx\" : 8192");
    }

    @Test
    void absurdSizesAreRefusedByNameAndRange() {
        assertThat(chasqui.run("plan", "m", "--num-ctx", "-1")).isEqualTo(1);
        assertThat(chasqui.err()).contains("option \"num_ctx\" is -1; expected in [1, 16777216]");
        assertThat(chasqui.run("plan", "m", "--num-ctx", "99999999999")).isEqualTo(1);
        assertThat(chasqui.run("plan", "m", "-o", "num_gpu=-2")).isEqualTo(1);
        assertThat(chasqui.err()).contains("option \"num_gpu\" is -2");
    }

    private static LoadPlan plan(
            long availableBytes, OptionalLong limitBytes, List<DevicePlan> gpus, List<String> notes) {
        return new LoadPlan(
                "smollm2:135m",
                8192,
                new MemoryPlan(8192, 94 * MIB, true, 80 * MIB, 64 * MIB, 180 * MIB, 30 * MIB, gpus),
                new MachineMemory(1000 * MIB, availableBytes, limitBytes),
                31,
                0,
                8192,
                8192,
                notes);
    }
}
