package dev.chasqui.llama;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;

/// How a model is put into memory.
///
/// @param gpuLayers   how many layers go to GPUs; negative means all, and what runs without one ignores it
/// @param mainGpu     the only GPU to use, counted from 0; negative uses them all. It must be there
/// @param tensorSplit shares of the layers the GPUs get, relative to each other; empty goes by their free
///                    memory
/// @param exceptions  tensors that go elsewhere than their layer does; the first that matches counts
/// @param mmap        maps the file, so that its pages are shared with other processes and may be evicted
/// @param repack      copies weights into the layout this CPU computes fastest with: faster, and that much more
///                    memory
/// @param adapter     a LoRA file, which every context of the model then uses
/// @param progress    hears how much is loaded, from 0 to 1; answering `false` gives the load up
public record ModelSettings(
        int gpuLayers,
        int mainGpu,
        List<Float> tensorSplit,
        List<Elsewhere> exceptions,
        boolean mmap,
        boolean repack,
        Optional<Path> adapter,
        DoublePredicate progress) {

    /// GPUs llama.cpp knows at most.
    public static final int MOST_GPUS = 16;

    private static final DoublePredicate NOBODY = fraction -> true;

    public static final ModelSettings DEFAULT =
            new ModelSettings(-1, -1, List.of(), List.of(), true, true, Optional.empty(), NOBODY);

    /// @param pattern a regular expression over tensors' names
    /// @param buffer  llama.cpp's name of the memory they go to: `CPU`, `CUDA0`
    public record Elsewhere(String pattern, String buffer) {}

    /// @throws IllegalArgumentException if a value is outside its range; the message names the field
    public ModelSettings {
        if (mainGpu >= MOST_GPUS) {
            throw new IllegalArgumentException("main_gpu is " + mainGpu + "; expected at most " + (MOST_GPUS - 1));
        }
        tensorSplit = requireShares(tensorSplit);
        exceptions = List.copyOf(exceptions);
    }

    /// @throws IllegalArgumentException unless these are numbers of which at least one is above 0, or nothing
    public static List<Float> requireShares(List<Float> shares) {
        boolean numbers = shares.stream().allMatch(share -> Float.isFinite(share) && share >= 0);
        if (numbers
                && shares.size() <= MOST_GPUS
                && (shares.isEmpty() || shares.stream().anyMatch(share -> share > 0))) {
            return List.copyOf(shares);
        }
        throw new IllegalArgumentException(
                "tensor split is " + shares + "; expected at most " + MOST_GPUS + " numbers >= 0, one of them above 0");
    }

    /// Whether somebody wants to hear of the progress.
    boolean isFollowed() {
        return progress != NOBODY;
    }

    public ModelSettings withGpuLayers(int layers) {
        return new ModelSettings(layers, mainGpu, tensorSplit, exceptions, mmap, repack, adapter, progress);
    }

    public ModelSettings withMainGpu(int gpu) {
        return new ModelSettings(gpuLayers, gpu, tensorSplit, exceptions, mmap, repack, adapter, progress);
    }

    public ModelSettings withTensorSplit(List<Float> shares) {
        return new ModelSettings(gpuLayers, mainGpu, shares, exceptions, mmap, repack, adapter, progress);
    }

    public ModelSettings withExceptions(List<Elsewhere> tensors) {
        return new ModelSettings(gpuLayers, mainGpu, tensorSplit, tensors, mmap, repack, adapter, progress);
    }

    public ModelSettings withMmap(boolean mapped) {
        return new ModelSettings(gpuLayers, mainGpu, tensorSplit, exceptions, mapped, repack, adapter, progress);
    }

    public ModelSettings withRepack(boolean repacked) {
        return new ModelSettings(gpuLayers, mainGpu, tensorSplit, exceptions, mmap, repacked, adapter, progress);
    }

    public ModelSettings withAdapter(Optional<Path> lora) {
        return new ModelSettings(gpuLayers, mainGpu, tensorSplit, exceptions, mmap, repack, lora, progress);
    }

    public ModelSettings withProgress(DoublePredicate listener) {
        return new ModelSettings(gpuLayers, mainGpu, tensorSplit, exceptions, mmap, repack, adapter, listener);
    }
}
