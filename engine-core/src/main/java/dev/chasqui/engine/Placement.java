package dev.chasqui.engine;

import dev.chasqui.llama.ModelSettings;
import java.util.List;

/// Where a model's layers go.
///
/// @param how       as it is loaded
/// @param memory    what that takes
/// @param layers    that can be placed: the model's own, and one for the output
/// @param gpuLayers of them, how many go to GPUs
/// @param chosen    whether that number was chosen here, and not asked for
/// @param notes     what there is to know about it, for people: why a GPU is not used
record Placement(ModelSettings how, MemoryPlan memory, int layers, int gpuLayers, boolean chosen, List<String> notes) {

    /// Whether more of it could be on a GPU if that had more memory free.
    boolean squeezed() {
        return !memory.devices().isEmpty() && (!memory.devicesFit() || (chosen && gpuLayers < layers));
    }

    Placement {
        notes = List.copyOf(notes);
    }
}
