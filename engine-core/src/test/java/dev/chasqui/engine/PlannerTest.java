package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Llama.Device;
import dev.chasqui.llama.ModelSettings.Elsewhere;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.llama.common.MemoryFit;
import dev.chasqui.llama.common.MemoryFit.DeviceMemory;
import dev.chasqui.llama.common.MemoryFit.TensorOverride;
import dev.chasqui.llama.common.MemoryRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which layers go where, over GPUs that are only played.
class PlannerTest {

    private static final long MIB = 1 << 20;
    private static final Device GPU = new Device("CUDA0", "a GPU", Device.Kind.GPU, 900 * MIB, 1000 * MIB);
    private static final Device OTHER = new Device("CUDA1", "another", Device.Kind.GPU, 900 * MIB, 1000 * MIB);

    @TempDir
    private static Path folder;

    private static GgufFile facts;

    private final Played hardware = new Played();

    @BeforeAll
    static void aModelOfTwoLayers() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 1);
        facts = GgufFile.read(file);
    }

    @Test
    void withoutAGpuTheCpuHasAllAndTheReasonIsKept() {
        hardware.libraries.add("cuda is not used, the CPU is: libcuda.so.1: cannot open");

        Placement placement = place(Map.of("num_gpu", 2));

        assertThat(placement.gpuLayers()).isZero();
        assertThat(placement.memory().devices()).isEmpty();
        assertThat(placement.notes())
                .containsExactly(
                        "cuda is not used, the CPU is: libcuda.so.1: cannot open",
                        "num_gpu has no effect: no GPU can be used here");
        assertThat(hardware.asked).as("llama.cpp is not asked").isEmpty();
    }

    @Test
    void llamaCppChoosesTheLayersAndWhatGoesElsewhere() {
        hardware.gpus.addAll(List.of(GPU, OTHER));
        hardware.fit = fit(
                2,
                List.of(device("CUDA0", 2, 300), device("CUDA1", 1, 100)),
                List.of(new TensorOverride("ffn_up", "CPU")));

        Placement placement = place(Map.of());

        assertThat(hardware.asked.getFirst().gpuLayers()).isEqualTo(-1);
        assertThat(hardware.asked.getFirst().contextTokens()).isEqualTo(512);
        assertThat(placement.gpuLayers()).isEqualTo(2);
        assertThat(placement.how().gpuLayers()).isEqualTo(2);
        assertThat(placement.how().tensorSplit()).containsExactly(2f, 1f);
        assertThat(placement.how().exceptions()).containsExactly(new Elsewhere("ffn_up", "CPU"));
        assertThat(placement.memory().deviceBytes()).isEqualTo(400 * MIB);
        assertThat(placement.squeezed()).as("one layer stays on the CPU").isTrue();
    }

    @Test
    void allLayersAreTheModelsAndTheOutput() {
        hardware.gpus.add(GPU);
        hardware.fit = fit(-1, List.of(device("CUDA0", 0, 300)), List.of());

        Placement placement = place(Map.of());

        assertThat(placement.layers()).isEqualTo(3);
        assertThat(placement.gpuLayers()).isEqualTo(3);
        assertThat(placement.squeezed()).isFalse();
    }

    @Test
    void anAskedNumberHoldsAndTooManyIsAll() {
        hardware.gpus.add(GPU);
        hardware.fit = fit(1, List.of(device("CUDA0", 0, 300)), List.of());
        assertThat(place(Map.of("num_gpu", 1)).how().gpuLayers()).isEqualTo(1);

        place(Map.of("num_gpu", 999));

        assertThat(hardware.asked.getLast().gpuLayers()).isEqualTo(3);
    }

    @Test
    void noLayersMeansTheCpu() {
        hardware.gpus.add(GPU);

        assertThat(place(Map.of("num_gpu", 0)).how().gpuLayers()).isZero();
        assertThat(hardware.asked).isEmpty();
    }

    @Test
    void aGpuThatIsNotThereIsRefusedWithBothNumbers() {
        hardware.gpus.add(GPU);

        assertThatThrownBy(() -> place(Map.of("main_gpu", 3)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessage("option \"main_gpu\" is 3; this machine has 1 GPU, counted from 0");
        assertThatThrownBy(() -> Options.parse(Map.of("num_gpu", -2)))
                .hasMessage("option \"num_gpu\" is -2; expected in [-1, 65536]");
    }

    @Test
    void theMainGpuHasAllThatIsOnAGpu() {
        hardware.gpus.addAll(List.of(GPU, OTHER));
        hardware.fit = fit(-1, List.of(device("CUDA1", 0, 300)), List.of());

        assertThat(place(Map.of("main_gpu", 1)).how().mainGpu()).isEqualTo(1);
        assertThat(hardware.asked.getFirst().mainGpu()).isEqualTo(1);
    }

    @Test
    void aTensorSplitIsHandedOnAndMayNotNameMoreGpusThanThereAre() {
        hardware.gpus.addAll(List.of(GPU, OTHER));
        hardware.fit = fit(-1, List.of(device("CUDA0", 0, 300), device("CUDA1", 0, 100)), List.of());

        assertThat(place("3,1", Map.of()).how().tensorSplit()).containsExactly(3f, 1f);
        assertThat(hardware.asked.getFirst().tensorSplit()).containsExactly(3f, 1f);
        assertThatThrownBy(() -> place("3,1,1", Map.of()))
                .hasMessage("CHASQUI_TENSOR_SPLIT has 3 shares; this machine has 2 GPUs");
    }

    @Test
    void whatDoesNotFitOnAGpuIsRefusedWithTheNumbers() {
        hardware.gpus.add(GPU);
        hardware.fit = fit(3, List.of(device("CUDA0", 0, 950)), List.of());

        Placement placement = place(Map.of("num_gpu", 3));

        assertThatThrownBy(() -> placement.memory().requireDevicesFit("big"))
                .hasMessage("model 'big' needs 950 MiB on CUDA0 (weights 900 MiB, KV cache for 512 tokens 40 MiB,"
                        + " buffers 10 MiB); 900 MiB are free there. Lower num_gpu or num_ctx, or leave num_gpu out");
    }

    @Test
    void anotherContextChangesBothDevicesParts() {
        hardware.gpus.add(GPU);
        hardware.fit = fit(-1, List.of(device("CUDA0", 0, 300)), List.of());
        MemoryPlan plan = place(Map.of()).memory();

        MemoryPlan small = plan.withContext(facts, ContextSettings.of(512));
        MemoryPlan large = plan.withContext(facts, ContextSettings.of(2048));

        assertThat(large.devices().getFirst().kvBytes())
                .isEqualTo(4 * small.devices().getFirst().kvBytes());
        assertThat(large.weightsBytes()).isEqualTo(plan.weightsBytes());
    }

    private Placement place(Map<String, Object> options) {
        return place("", options);
    }

    private Placement place(String split, Map<String, Object> options) {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_TENSOR_SPLIT", split));
        return new Planner(config, hardware).place(facts, ContextSettings.of(512), Options.parse(options));
    }

    private static DeviceMemory device(String name, float share, long mebibytes) {
        return new DeviceMemory(name, share, 1000 * MIB, 900 * MIB, (mebibytes - 50) * MIB, 40 * MIB, 10 * MIB);
    }

    private static MemoryFit fit(int gpuLayers, List<DeviceMemory> gpus, List<TensorOverride> overrides) {
        List<DeviceMemory> devices = new ArrayList<>(gpus);
        devices.add(new DeviceMemory("CPU", 0, 1L << 34, 1L << 33, MIB, 0, MIB));
        return new MemoryFit(true, 512, gpuLayers, 2, devices, overrides);
    }

    private static final class Played implements Hardware {

        final List<Device> gpus = new ArrayList<>();
        final List<String> libraries = new ArrayList<>();
        final List<MemoryRequest> asked = new ArrayList<>();
        MemoryFit fit = PlannerTest.fit(0, List.of(), List.of());

        @Override
        public List<Device> gpus() {
            return gpus;
        }

        @Override
        public List<String> gpuLibraries() {
            return libraries;
        }

        @Override
        public Repacking repacking() {
            return Repacking.NONE;
        }

        @Override
        public MemoryFit fit(Path gguf, MemoryRequest request) {
            asked.add(request);
            return fit;
        }
    }
}
