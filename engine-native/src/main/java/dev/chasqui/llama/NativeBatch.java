package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The rows in native memory, allocated once: one sequence per row, pointers set once.
final class NativeBatch {

    private final MemorySegment struct;
    private final MemorySegment tokens;
    private final MemorySegment positions;
    private final MemorySegment sequences;
    private final MemorySegment wanted;
    private final boolean[] outputs;
    private int size;

    NativeBatch(Arena arena, int capacity) {
        struct = arena.allocate(Structs.BATCH);
        tokens = arena.allocate(JAVA_INT, capacity);
        positions = arena.allocate(JAVA_INT, capacity);
        sequences = arena.allocate(JAVA_INT, capacity);
        wanted = arena.allocate(JAVA_BYTE, capacity);
        outputs = new boolean[capacity];
        MemorySegment counts = arena.allocate(JAVA_INT, capacity);
        MemorySegment pointers = arena.allocate(ADDRESS, capacity);
        for (int row = 0; row < capacity; row++) {
            counts.setAtIndex(JAVA_INT, row, 1);
            pointers.setAtIndex(ADDRESS, row, sequences.asSlice(row * 4L, 4));
        }
        Structs.set(struct, Structs.BATCH, "token", tokens);
        Structs.set(struct, Structs.BATCH, "pos", positions);
        Structs.set(struct, Structs.BATCH, "n_seq_id", counts);
        Structs.set(struct, Structs.BATCH, "seq_id", pointers);
        Structs.set(struct, Structs.BATCH, "logits", wanted);
    }

    int capacity() {
        return outputs.length;
    }

    MemorySegment struct() {
        return struct;
    }

    void fill(TokenBatch rows) {
        size = rows.size();
        for (int row = 0; row < size; row++) {
            tokens.setAtIndex(JAVA_INT, row, rows.token(row));
            positions.setAtIndex(JAVA_INT, row, rows.position(row));
            sequences.setAtIndex(JAVA_INT, row, rows.sequence(row));
            outputs[row] = rows.wantsLogits(row);
            wanted.set(JAVA_BYTE, row, (byte) (outputs[row] ? 1 : 0));
        }
        struct.set(JAVA_INT, 0, size);
    }

    boolean hasOutput(int row) {
        return row >= 0 && row < size && outputs[row];
    }

    void forgetOutputs() {
        size = 0;
    }
}
