package dev.chasqui.engine;

import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How large the contexts of a loaded model may be by the memory there is.
///
/// @param model   its name, for messages
/// @param plan    what it takes with the context it was loaded for
/// @param machine reads what there is now
record Headroom(String model, GgufFile facts, MemoryPlan plan, Supplier<MachineMemory> machine) {

    private static final int MOST_TOKENS = 1 << 24;
    private static final int SHARE_FOR_COLD = 8;

    /// What the model takes with this context.
    MemoryPlan with(ContextSettings context) {
        return plan.withContext(facts, context);
    }

    /// @throws dev.chasqui.api.BackendException with the numbers, if there is no memory for one more
    ///                                          context
    void require(ContextSettings context) {
        with(context).contextOnly().requireFits(model, machine.get());
    }

    /// How large a context should become that must hold so many tokens: twice that where it is little, a
    /// fourth more where it is much.
    ///
    /// @return tokens, or `0` if there is no memory for them
    int growth(int needed, ContextSettings present) {
        int larger =
                Math.min(Integer.highestOneBit(Math.max(256, needed) - 1) << 1, needed + Math.max(4096, needed / 4));
        MachineMemory now = machine.get();
        for (int tokens : new int[] {larger, needed}) {
            if (growsTo(tokens, present, now)) return tokens;
        }
        return 0;
    }

    /// The largest context there could be for one request.
    ///
    /// @param most     tokens that are of use
    /// @param requests that have a whole context each
    /// @param context  what it would be made with, but for its size
    /// @param present  the one that would have to grow; `null` if there is none
    /// @return tokens, at least what `present` has for a request; `0` if there is no memory at all
    int largest(int most, int requests, ContextSettings context, @Nullable ContextSettings present) {
        MachineMemory now = machine.get();
        IntPredicate fits = tokens -> {
            int all = tokens * requests;
            if (present != null) return growsTo(all, present, now);
            return with(context.withContextTokens(all)).contextOnly().fits(now);
        };
        int has = present == null ? 0 : present.contextTokens() / requests;
        return Math.max(has, NativeLoading.largest(Math.min(most, MOST_TOKENS / requests), fits));
    }

    /// Bytes for what was computed and is in nobody's use: as much as the KV cache has, where there is plenty.
    long cold(ContextSettings context) {
        return Math.min(MemoryEstimate.kvBytes(facts, context), machine.get().availableBytes() / SHARE_FOR_COLD);
    }

    /// The old cache and a copy of it are in memory while the new one is filled.
    private boolean growsTo(int tokens, ContextSettings present, MachineMemory now) {
        long bytes = MemoryEstimate.kvBytes(facts, present.withContextTokens(tokens))
                + MemoryEstimate.kvBytes(facts, present);
        return bytes < now.availableBytes() / 2;
    }
}
