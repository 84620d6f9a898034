package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TensorInfo;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.platform.NativeLibraryException;
import dev.chasqui.store.Quantization;
import dev.chasqui.store.Quantizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/// Quantises by llama.cpp, in a process of its own that leaves one core to whoever waits for an answer.
final class LlamaQuantizer implements Quantizer {

    @Override
    public void quantize(GgufFile source, Path target, Quantization type, LongConsumer done)
            throws InterruptedException {
        requireMemory(source);
        Map<String, Long> bytes =
                source.tensors().stream().collect(Collectors.toMap(TensorInfo::name, TensorInfo::bytes));
        AtomicLong begun = new AtomicLong(); // of all tensors up to the one in hand
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        try {
            dev.chasqui.llama.Quantizer.quantize(
                    source.path(),
                    target,
                    dev.chasqui.llama.Quantization.valueOf(type.name()),
                    threads,
                    name -> done.accept(begun.getAndAdd(bytes.getOrDefault(name, 0L))));
        } catch (LlamaException | NativeLibraryException e) {
            throw BackendException.failed("the weights cannot be quantized to " + type + ": " + e.getMessage(), e);
        }
    }

    /// The source is mapped and needs no memory of its own.
    private static void requireMemory(GgufFile source) {
        long longestRow = source.tensors().stream()
                .mapToLong(tensor -> tensor.shape().getFirst() * 3 * Float.BYTES)
                .max()
                .orElse(0);
        long needed = dev.chasqui.llama.Quantizer.MEMORY_BYTES + longestRow;
        long available = MachineMemory.read().availableBytes();
        if (available >= needed) return;
        throw new BackendException(
                BackendException.Kind.FAILED,
                "quantizing needs " + needed + " bytes of memory, " + available
                        + " are available; unload models or close other programs");
    }
}
