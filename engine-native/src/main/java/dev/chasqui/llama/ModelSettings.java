package dev.chasqui.llama;

import java.util.function.DoublePredicate;

/// How a model is put into memory.
///
/// @param gpuLayers how many layers go to a GPU; negative means all, and what runs without one ignores it
/// @param mainGpu   the GPU that holds what is not split; counted from 0
/// @param mmap      maps the file, so that its pages are shared with other processes and may be evicted
/// @param repack    copies weights into the layout this CPU computes fastest with: faster, and that much more
///                  memory
/// @param progress  hears how much is loaded, from 0 to 1; answering `false` gives the load up
public record ModelSettings(int gpuLayers, int mainGpu, boolean mmap, boolean repack, DoublePredicate progress) {

    public static final ModelSettings DEFAULT = new ModelSettings(-1, 0, true, true, fraction -> true);

    /// @throws IllegalArgumentException if the GPU's number is negative
    public ModelSettings {
        if (mainGpu < 0) throw new IllegalArgumentException("main_gpu is " + mainGpu + "; expected >= 0");
    }

    public ModelSettings withGpuLayers(int layers) {
        return new ModelSettings(layers, mainGpu, mmap, repack, progress);
    }

    public ModelSettings withMmap(boolean mapped) {
        return new ModelSettings(gpuLayers, mainGpu, mapped, repack, progress);
    }

    public ModelSettings withRepack(boolean repacked) {
        return new ModelSettings(gpuLayers, mainGpu, mmap, repacked, progress);
    }

    public ModelSettings withProgress(DoublePredicate listener) {
        return new ModelSettings(gpuLayers, mainGpu, mmap, repack, listener);
    }
}
