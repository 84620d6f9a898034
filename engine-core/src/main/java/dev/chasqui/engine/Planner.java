package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.engine.MemoryPlan.DevicePlan;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.Llama;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.ModelSettings.Elsewhere;
import dev.chasqui.llama.common.MemoryFit;
import dev.chasqui.llama.common.MemoryFit.DeviceMemory;
import dev.chasqui.llama.common.MemoryRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Decides where a model's layers go and what that takes.
///
/// Without a GPU everything is worked out here, from the file's head. With one, llama.cpp is asked: it
/// chooses the layers unless `num_gpu` says how many, and knows what each device must hold.
final class Planner {

    /// Left free on each GPU when layers are chosen, as llama.cpp does.
    private static final long GPU_MARGIN_BYTES = 1L << 30;

    private final EngineConfig config;
    private final Hardware hardware;

    Planner(EngineConfig config, Hardware hardware) {
        this.config = config;
        this.hardware = hardware;
    }

    /// @throws BackendException naming the option, if this machine has no such GPU
    Placement place(GgufFile facts, ContextSettings context, Options options) {
        boolean mapped = options.flag(Option.USE_MMAP).orElse(true);
        ModelSettings how = ModelSettings.DEFAULT.withMmap(mapped);
        int layers = facts.blockCount().orElse(0) + 1;
        int count = options.count(Option.NUM_GPU).orElse(-1);
        OptionalInt asked =
                count < 0 ? OptionalInt.empty() : OptionalInt.of(Math.min(count, layers)); // too many is all
        List<Llama.Device> gpus = hardware.gpus();
        if (gpus.isEmpty() || asked.orElse(1) == 0) {
            MemoryPlan memory = MemoryPlan.onCpu(facts, context, hardware.repacking(), mapped);
            return new Placement(how.withGpuLayers(0), memory, layers, 0, asked.isEmpty(), notes(gpus, asked));
        }
        int mainGpu = mainGpu(options, gpus);
        List<Float> split = split(gpus);
        MemoryFit fit = hardware.fit(facts.path(), request(context, asked.orElse(-1), mainGpu, split));
        int chosen = asked.orElse(fit.gpuLayers() < 0 ? layers : Math.min(fit.gpuLayers(), layers));
        how = how.withGpuLayers(chosen)
                .withMainGpu(mainGpu)
                .withTensorSplit(split.isEmpty() ? shares(fit) : split)
                .withExceptions(fit.tensorOverrides().stream()
                        .map(tensor -> new Elsewhere(tensor.pattern(), tensor.buffer()))
                        .toList());
        return new Placement(
                how, memory(facts, context, fit, mapped), layers, chosen, asked.isEmpty(), hardware.gpuLibraries());
    }

    private List<String> notes(List<Llama.Device> gpus, OptionalInt asked) {
        List<String> notes = new ArrayList<>(hardware.gpuLibraries());
        if (gpus.isEmpty() && asked.orElse(0) > 0) {
            notes.add("num_gpu has no effect: no GPU can be used here");
        }
        return notes;
    }

    private static int mainGpu(Options options, List<Llama.Device> gpus) {
        int gpu = options.count(Option.MAIN_GPU).orElse(-1);
        if (gpu < gpus.size()) return gpu;
        throw BackendException.invalid("option \"main_gpu\" is " + gpu + "; this machine has " + gpus.size()
                + (gpus.size() == 1 ? " GPU" : " GPUs") + ", counted from 0");
    }

    private List<Float> split(List<Llama.Device> gpus) {
        List<Float> split = config.tensorSplit();
        if (split.size() <= gpus.size()) return split;
        throw BackendException.invalid("CHASQUI_TENSOR_SPLIT has " + split.size() + " shares; this machine has "
                + gpus.size() + (gpus.size() == 1 ? " GPU" : " GPUs"));
    }

    private static MemoryRequest request(ContextSettings context, int gpuLayers, int mainGpu, List<Float> split) {
        return new MemoryRequest(
                context.contextTokens(),
                context.contextTokens(),
                context.batchTokens(),
                context.microBatchTokens(),
                context.sequences(),
                context.sequences() > 1,
                switch (context.flashAttention()) {
                    case AUTO -> -1;
                    case OFF -> 0;
                    case ON -> 1;
                },
                type(context.keyType()),
                type(context.valueType()),
                gpuLayers,
                GPU_MARGIN_BYTES,
                Math.max(context.outputs(), context.sequences()),
                mainGpu,
                split);
    }

    private static MemoryRequest.CacheType type(CacheType type) {
        return MemoryRequest.CacheType.valueOf(type.name());
    }

    private static List<Float> shares(MemoryFit fit) {
        List<Float> shares = gpus(fit).map(DeviceMemory::share).toList();
        return shares.stream().anyMatch(share -> share > 0) ? shares : List.of();
    }

    private static MemoryPlan memory(GgufFile facts, ContextSettings context, MemoryFit fit, boolean mapped) {
        DeviceMemory host = fit.devices().getLast();
        long placed =
                fit.devices().stream().mapToLong(DeviceMemory::weightsBytes).sum();
        // What llama.cpp repacks for the CPU it counts nowhere; the originals are in the file still.
        long repacked = Math.max(0, facts.weightsBytes() - placed);
        return new MemoryPlan(
                context.contextTokens(),
                host.weightsBytes() + (mapped ? repacked : 0),
                mapped,
                repacked,
                mapped ? repacked : 0,
                host.contextBytes(),
                host.computeBytes() + MemoryEstimate.outputBytes(facts, context),
                gpus(fit)
                        .map(gpu -> new DevicePlan(
                                gpu.name(),
                                gpu.weightsBytes(),
                                gpu.contextBytes(),
                                gpu.computeBytes(),
                                gpu.freeBytes(),
                                gpu.totalBytes()))
                        .toList());
    }

    private static Stream<DeviceMemory> gpus(MemoryFit fit) {
        return fit.devices().stream().limit(fit.devices().size() - 1L);
    }
}
