package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import java.util.Locale;

/// What loading a model will take, worked out before anything native happens.
///
/// @param weightsBytes the file, mapped
/// @param kvBytes      keys and values of every token the context holds
/// @param computeBytes buffers of one batch, an estimate
public record MemoryPlan(long weightsBytes, long kvBytes, long computeBytes) {

    /// Room left for everybody else on the machine.
    private static final long RESERVE_BYTES = 128L << 20;

    public long totalBytes() {
        return weightsBytes + kvBytes + computeBytes;
    }

    /// @throws BackendException with the numbers, if the machine has no room for it
    void requireFits(String model, int contextTokens, MachineMemory memory) {
        if (totalBytes() + RESERVE_BYTES <= memory.availableBytes()) return;
        throw new BackendException(
                BackendException.Kind.FAILED,
                "model '" + model + "' needs " + mebibytes(totalBytes()) + " (weights " + mebibytes(weightsBytes)
                        + ", KV cache for " + contextTokens + " tokens " + mebibytes(kvBytes) + ", buffers "
                        + mebibytes(computeBytes) + ") and " + mebibytes(RESERVE_BYTES) + " spare; "
                        + mebibytes(memory.availableBytes())
                        + " of memory are available. Lower num_ctx, unload another model, or use a smaller one");
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", (bytes + (1 << 20) - 1) >> 20);
    }
}
