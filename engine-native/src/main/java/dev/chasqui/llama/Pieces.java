package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/// What each token of a vocabulary stands for, copied out of llama.cpp once: about 60 ns a token.
final class Pieces {

    private static final int CONTROL = 1 << 3;

    private final byte[] bytes;
    private final int[] starts;
    private final BitSet hidden;
    private final BitSet control;
    private final BitSet ends;

    private Pieces(byte[] bytes, int[] starts, BitSet hidden, BitSet control, BitSet ends) {
        this.bytes = bytes;
        this.starts = starts;
        this.hidden = hidden;
        this.control = control;
        this.ends = ends;
    }

    static Pieces of(MemorySegment vocab, int size) {
        byte[] bytes = new byte[size * 8];
        int[] starts = new int[size + 1];
        BitSet hidden = new BitSet(size);
        BitSet control = new BitSet(size);
        BitSet ends = new BitSet(size);
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment buffer = scratch.allocate(256);
            for (int token = 0; token < size; token++) {
                int length = VocabH.tokenToPiece(vocab, token, buffer, (int) buffer.byteSize(), 0, true);
                if (length < 0) {
                    buffer = scratch.allocate(-length);
                    length = VocabH.tokenToPiece(vocab, token, buffer, -length, 0, true);
                }
                int start = starts[token];
                if (start + length > bytes.length) bytes = Arrays.copyOf(bytes, (start + length) * 2);
                MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, start, length);
                starts[token + 1] = start + length;
                hidden.set(token, VocabH.tokenToPiece(vocab, token, buffer, (int) buffer.byteSize(), 0, false) == 0);
                control.set(token, (VocabH.vocabGetAttr(vocab, token) & CONTROL) != 0);
                ends.set(token, VocabH.vocabIsEog(vocab, token));
            }
        }
        return new Pieces(Arrays.copyOf(bytes, starts[size]), starts, hidden, control, ends);
    }

    byte[] get(int token, boolean special) {
        if (!special && hidden.get(token)) return new byte[0];
        return Arrays.copyOfRange(bytes, starts[token], starts[token + 1]);
    }

    boolean controls(int token) {
        return control.get(token);
    }

    boolean ends(int token) {
        return ends.get(token);
    }
}
