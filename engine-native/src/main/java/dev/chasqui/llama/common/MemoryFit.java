package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How a model and its context fit into this machine's devices.
///
/// @param fits             whether it does, after the changes this describes
/// @param contextTokens    the context's size; smaller than asked only if that was 0
/// @param gpuLayers        layers for GPUs; -1 is all of them, and 0 where there is no GPU
/// @param layers           layers the model has
/// @param devices          what each device holds, GPUs first, the host (`CPU`) last
/// @param tensorOverrides  tensors that go elsewhere than their layer does
public record MemoryFit(
        boolean fits,
        int contextTokens,
        int gpuLayers,
        int layers,
        List<DeviceMemory> devices,
        List<TensorOverride> tensorOverrides) {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Object LOGGER = new Object();

    public MemoryFit {
        devices = List.copyOf(devices);
        tensorOverrides = List.copyOf(tensorOverrides);
    }

    /// @param share        of the layers, relative to other devices; the `tensor_split` of llama.cpp
    /// @param totalBytes   of memory the device has
    /// @param freeBytes    of memory free now
    /// @param weightsBytes of the model there
    /// @param contextBytes of the KV cache there
    /// @param computeBytes of scratch memory there
    public record DeviceMemory(
            String name,
            float share,
            long totalBytes,
            long freeBytes,
            long weightsBytes,
            long contextBytes,
            long computeBytes) {

        /// All that model and context take there.
        public long usedBytes() {
            return weightsBytes + contextBytes + computeBytes;
        }
    }

    /// @param pattern a regular expression over tensors' names
    /// @param buffer  llama.cpp's name of the memory they go to
    public record TensorOverride(String pattern, String buffer) {}

    /// Asks llama.cpp, which loads the model's outline without its weights. One at a time per process.
    ///
    /// @throws IllegalArgumentException if the file cannot be read
    /// @throws LlamaException if it is not a model
    public static MemoryFit of(Path gguf, MemoryRequest request) {
        if (!Files.isRegularFile(gguf) || !Files.isReadable(gguf)) {
            throw new IllegalArgumentException(gguf + " is not a file that can be read");
        }
        byte[] bytes = request.toBytes(gguf);
        synchronized (LOGGER) {
            return from(Adapter.ask("fitting " + gguf + " to memory", LIMIT, () -> AdapterJni.fit(bytes)));
        }
    }

    private static MemoryFit from(Fields fields) {
        boolean fits = fields.flag();
        int context = (int) fields.number();
        int gpuLayers = (int) fields.number();
        int layers = (int) fields.number();
        List<DeviceMemory> devices = new ArrayList<>();
        for (long left = fields.number(); left > 0; left--) {
            devices.add(new DeviceMemory(
                    fields.next(),
                    Float.parseFloat(fields.next()),
                    fields.number(),
                    fields.number(),
                    fields.number(),
                    fields.number(),
                    fields.number()));
        }
        List<TensorOverride> overrides = new ArrayList<>();
        while (fields.more()) overrides.add(new TensorOverride(fields.next(), fields.next()));
        return new MemoryFit(fits, context, gpuLayers, layers, devices, overrides);
    }
}
