package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// One sequence's state as llama.cpp writes it. Never read from a file: llama.cpp trusts what it is given.
final class NativeSequence implements SavedSequence {

    /// `size_t llama_state_seq_get_size(struct llama_context * ctx, llama_seq_id seq_id);`
    private static final MethodHandle GET_SIZE = downcall("llama_state_seq_get_size", Shapes.PN);

    /// `size_t llama_state_seq_get_data(struct llama_context * ctx, uint8_t * dst, size_t size, llama_seq_id seq_id);`
    private static final MethodHandle GET_DATA = downcall("llama_state_seq_get_data", Shapes.PPNN);

    /// `size_t llama_state_seq_set_data(struct llama_context * ctx, const uint8_t * src, size_t size, llama_seq_id
    /// dest_seq_id);`
    private static final MethodHandle SET_DATA = downcall("llama_state_seq_set_data", Shapes.PPNN);

    private final Arena arena;
    private final MemorySegment state;
    private final int tokens;

    private NativeSequence(Arena arena, MemorySegment state, int tokens) {
        this.arena = arena;
        this.state = state;
        this.tokens = tokens;
    }

    /// @return empty if llama.cpp has nothing to give
    static Optional<SavedSequence> save(MemorySegment context, int sequence, int tokens) {
        Arena arena = Arena.ofShared();
        try {
            long size = (long) GET_SIZE.invokeExact(context, (long) sequence);
            MemorySegment state = size > 0 ? arena.allocate(size, 16) : MemorySegment.NULL;
            long written = size > 0 ? (long) GET_DATA.invokeExact(context, state, size, (long) sequence) : 0;
            if (written > 0 && written == size) return Optional.of(new NativeSequence(arena, state, tokens));
        } catch (OutOfMemoryError none) {
            // There is no memory for a copy: the sequence stays where it is.
        } catch (Throwable t) {
            arena.close();
            throw broken(t);
        }
        arena.close();
        return Optional.empty();
    }

    /// @return whether all of it arrived; if not, something may have
    boolean restore(MemorySegment context, int sequence) {
        try {
            return (long) SET_DATA.invokeExact(context, state, state.byteSize(), (long) sequence) == state.byteSize();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public long bytes() {
        return state.byteSize();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) arena.close();
    }
}
