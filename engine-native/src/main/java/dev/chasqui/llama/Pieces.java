package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What each token of a vocabulary stands for, copied out of llama.cpp when it is first asked for: an answer
/// needs few of them, and all of them at once would delay the first by 70 ms.
///
/// Safe to use from many threads: a piece that two ask for at once is read twice.
final class Pieces {

    private static final int CONTROL = 1 << 3;
    private static final int BUFFER = 256;

    /// @param hidden  shown only when special tokens are
    /// @param control not text, but a signal to or from the model
    /// @param ends    ends a generation
    record Piece(byte[] bytes, boolean hidden, boolean control, boolean ends) {}

    private final Gate gate;
    private final MemorySegment vocab;
    private final @Nullable Piece[] known;

    Pieces(Gate gate, MemorySegment vocab, int size) {
        this.gate = gate;
        this.vocab = vocab;
        this.known = new Piece[size];
    }

    /// @param token below the vocabulary's size; the caller has checked it
    Piece get(int token) {
        Piece piece = known[token];
        return piece != null ? piece : (known[token] = gate.use(() -> read(token)));
    }

    /// Reads those that are not known yet: all in one go take a fraction of what they take one by one.
    void readAll() {
        gate.use(() -> {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment buffer = scratch.allocate(BUFFER);
                for (int token = 0; token < known.length; token++) {
                    if (known[token] == null) known[token] = read(token, buffer, scratch);
                }
            }
            return known.length;
        });
    }

    private Piece read(int token) {
        try (Arena scratch = Arena.ofConfined()) {
            return read(token, scratch.allocate(BUFFER), scratch);
        }
    }

    /// @param scratch where a piece that is longer than the buffer finds room
    private Piece read(int token, MemorySegment buffer, Arena scratch) {
        int length = VocabH.tokenToPiece(vocab, token, buffer, (int) buffer.byteSize(), 0, true);
        MemorySegment room = length < 0 ? scratch.allocate(-length) : buffer;
        if (length < 0) length = VocabH.tokenToPiece(vocab, token, room, -length, 0, true);
        byte[] bytes = new byte[length];
        MemorySegment.copy(room, JAVA_BYTE, 0, bytes, 0, length);
        boolean hidden = VocabH.tokenToPiece(vocab, token, room, (int) room.byteSize(), 0, false) == 0;
        boolean control = (VocabH.vocabGetAttr(vocab, token) & CONTROL) != 0;
        return new Piece(bytes, hidden, control, VocabH.vocabIsEog(vocab, token));
    }
}
