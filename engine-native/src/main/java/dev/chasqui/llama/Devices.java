package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.chasqui.llama.ModelSettings.Elsewhere;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Says to llama.cpp which device gets what of a model.
final class Devices {

    private static final int SPLIT_MODE_NONE = 0;
    /// A pattern and a kind of memory: two pointers.
    private static final long OVERRIDE_BYTES = 2 * ADDRESS.byteSize();

    private Devices() {}

    /// @param scratch must outlive the load
    static void place(MemorySegment params, ModelSettings settings, Arena scratch) {
        if (settings.mainGpu() >= 0 && Llama.supportsGpu()) {
            Structs.set(params, Structs.MODEL_PARAMS, "split_mode", SPLIT_MODE_NONE);
            Structs.set(params, Structs.MODEL_PARAMS, "main_gpu", settings.mainGpu());
        }
        if (!settings.tensorSplit().isEmpty()) {
            MemorySegment shares = scratch.allocate(JAVA_FLOAT, ModelSettings.MOST_GPUS);
            for (int i = 0; i < settings.tensorSplit().size(); i++) {
                shares.setAtIndex(JAVA_FLOAT, i, settings.tensorSplit().get(i));
            }
            Structs.set(params, Structs.MODEL_PARAMS, "tensor_split", shares);
        }
        if (!settings.exceptions().isEmpty()) {
            Structs.set(
                    params, Structs.MODEL_PARAMS, "tensor_buft_overrides", overrides(settings.exceptions(), scratch));
        }
    }

    /// An array that ends with two null pointers.
    private static MemorySegment overrides(List<Elsewhere> exceptions, Arena scratch) {
        MemorySegment array = scratch.allocate(OVERRIDE_BYTES * (exceptions.size() + 1), ADDRESS.byteAlignment());
        for (int i = 0; i < exceptions.size(); i++) {
            array.setAtIndex(
                    ADDRESS, 2L * i, scratch.allocateFrom(exceptions.get(i).pattern()));
            array.setAtIndex(ADDRESS, 2L * i + 1, memory(exceptions.get(i).buffer()));
        }
        return array;
    }

    private static MemorySegment memory(String name) {
        for (long i = 0; i < GgmlH.backendDevCount(); i++) {
            MemorySegment type = GgmlH.backendDevBufferType(GgmlH.backendDevGet(i));
            if (type.address() != 0 && Llama.text(GgmlH.backendBuftName(type)).equals(name)) return type;
        }
        throw new LlamaException("no device here has a memory named " + name);
    }
}
