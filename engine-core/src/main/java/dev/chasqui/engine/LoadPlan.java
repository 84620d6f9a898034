package dev.chasqui.engine;

import java.util.List;

/// What loading a model would take, against what there is. Nothing was loaded for it.
///
/// @param model         its name
/// @param contextTokens `num_ctx` of one request
/// @param memory        what it takes, on the host and on GPUs
/// @param machine       what there is for it now
/// @param layers        that can be placed: the model's own, and one for the output
/// @param gpuLayers     of them, how many go to GPUs
/// @param trainedTokens the largest context the model can make sense of
/// @param largestTokens the largest `num_ctx` that fits now; `0` if the model does not
/// @param notes         what there is to know about it, for people: why a GPU is not used
public record LoadPlan(
        String model,
        int contextTokens,
        MemoryPlan memory,
        MachineMemory machine,
        int layers,
        int gpuLayers,
        int trainedTokens,
        int largestTokens,
        List<String> notes) {

    public LoadPlan {
        notes = List.copyOf(notes);
    }

    /// Whether it can be loaded so.
    public boolean fits() {
        return memory.fits(machine) && memory.devicesFit();
    }

    /// Left to everybody else on the machine.
    public long spareBytes() {
        return MemoryPlan.RESERVE_BYTES;
    }
}
