package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/// What a model will take, worked out before anything is loaded. The host's part first; GPUs have their own.
///
/// @param contextTokens the context it is for
/// @param weightsBytes  tensors in the host's memory, as they are in the file
/// @param mapped        whether those are pages of the file, which the system may drop and read again
/// @param repackedBytes the second copy of some tensors, in the layout this CPU computes fastest with
/// @param replacedBytes of the weights, those that the second copy stands in for: nobody reads them any more
/// @param kvBytes       keys and values of every token the context holds
/// @param computeBytes  buffers of one batch and its logits
/// @param devices       what goes to each GPU; empty where the CPU does all
public record MemoryPlan(
        int contextTokens,
        long weightsBytes,
        boolean mapped,
        long repackedBytes,
        long replacedBytes,
        long kvBytes,
        long computeBytes,
        List<DevicePlan> devices) {

    /// Room left for everybody else on the machine.
    static final long RESERVE_BYTES = 128L << 20;

    public MemoryPlan {
        devices = List.copyOf(devices);
    }

    /// One GPU's part.
    ///
    /// @param freeBytes free on it now
    public record DevicePlan(
            String name, long weightsBytes, long kvBytes, long computeBytes, long freeBytes, long totalBytes) {

        public long usedBytes() {
            return weightsBytes + kvBytes + computeBytes;
        }

        private DevicePlan scaled(double kv, double compute) {
            return new DevicePlan(
                    name,
                    weightsBytes,
                    Math.round(kvBytes * kv),
                    Math.round(computeBytes * compute),
                    freeBytes,
                    totalBytes);
        }
    }

    /// Everything on the CPU.
    static MemoryPlan onCpu(GgufFile facts, ContextSettings context, Repacking repacking, boolean mapped) {
        Repacking.Copy copy = repacking.of(facts);
        return new MemoryPlan(
                context.contextTokens(),
                mapped ? facts.weightsBytes() : facts.weightsBytes() - copy.replacedBytes(),
                mapped,
                copy.bytes(),
                mapped ? copy.replacedBytes() : 0,
                MemoryEstimate.kvBytes(facts, context),
                MemoryEstimate.computeBytes(facts, context),
                List.of());
    }

    /// The same model with another context. On several devices both parts keep their proportions.
    MemoryPlan withContext(GgufFile facts, ContextSettings context) {
        double kv =
                (double) MemoryEstimate.kvBytes(facts, context) / Math.max(1, kvBytes + devices(DevicePlan::kvBytes));
        double compute = (double) MemoryEstimate.computeBytes(facts, context)
                / Math.max(1, computeBytes + devices(DevicePlan::computeBytes));
        return new MemoryPlan(
                context.contextTokens(),
                weightsBytes,
                mapped,
                repackedBytes,
                replacedBytes,
                Math.round(kvBytes * kv),
                Math.round(computeBytes * compute),
                devices.stream().map(device -> device.scaled(kv, compute)).toList());
    }

    /// Of a model whose weights are there already: what another context takes.
    MemoryPlan contextOnly() {
        return new MemoryPlan(contextTokens, 0, mapped, 0, 0, kvBytes, computeBytes, List.of());
    }

    /// All of the host's memory that it will be seen to hold.
    public long totalBytes() {
        return weightsBytes + repackedBytes + kvBytes + computeBytes;
    }

    /// What of the host's memory must be there: all but what the system may drop for good.
    public long neededBytes() {
        return totalBytes() - replacedBytes;
    }

    /// On all GPUs.
    public long deviceBytes() {
        return devices(DevicePlan::usedBytes);
    }

    /// Of them, what comes with the context.
    long contextDeviceBytes() {
        return devices(device -> device.kvBytes() + device.computeBytes());
    }

    /// The rest of the needed bytes are the process's own.
    long mappedBytes() {
        return mapped ? weightsBytes - replacedBytes : 0;
    }

    /// What comes with the context, after the weights.
    long contextBytes() {
        return kvBytes + computeBytes;
    }

    boolean devicesFit() {
        return devices.stream().allMatch(device -> device.usedBytes() <= device.freeBytes());
    }

    /// @throws BackendException with the numbers, if a GPU has no room for its part
    void requireDevicesFit(String model) {
        for (DevicePlan device : devices) {
            if (device.usedBytes() <= device.freeBytes()) continue;
            throw new BackendException(
                    BackendException.Kind.FAILED,
                    "model '" + model + "' needs " + mebibytes(device.usedBytes()) + " on " + device.name()
                            + " (weights " + mebibytes(device.weightsBytes()) + ", KV cache for " + contextTokens
                            + " tokens " + mebibytes(device.kvBytes()) + ", buffers "
                            + mebibytes(device.computeBytes()) + "); " + mebibytes(device.freeBytes())
                            + " are free there. Lower num_gpu or num_ctx, or leave num_gpu out");
        }
    }

    boolean fits(MachineMemory memory) {
        return memory.hasRoomFor(neededBytes());
    }

    /// @throws BackendException with the numbers, if the machine has no room for it
    void requireFits(String model, MachineMemory memory) {
        if (fits(memory)) return;
        throw new BackendException(
                BackendException.Kind.FAILED,
                "model '" + model + "' needs " + mebibytes(neededBytes()) + " (weights "
                        + mebibytes(weightsBytes - replacedBytes)
                        + (repackedBytes > 0 ? ", repacked weights " + mebibytes(repackedBytes) : "")
                        + ", KV cache for " + contextTokens + " tokens " + mebibytes(kvBytes) + ", buffers "
                        + mebibytes(computeBytes) + ") and " + mebibytes(RESERVE_BYTES) + " spare; "
                        + mebibytes(memory.availableBytes()) + " of memory are available"
                        + memory.limitBytes().stream()
                                .mapToObj(limit -> " (the control group's limit is " + mebibytes(limit) + ")")
                                .findFirst()
                                .orElse("")
                        + ". Lower num_ctx, unload another model, or use a smaller one");
    }

    private long devices(ToLongFunction<DevicePlan> part) {
        return devices.stream().mapToLong(part).sum();
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", (bytes + (1 << 20) - 1) >> 20);
    }
}
