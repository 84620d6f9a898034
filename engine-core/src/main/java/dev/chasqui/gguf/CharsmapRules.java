package dev.chasqui.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/// Whether the table by which a unigram tokeniser rewrites texts stays inside itself, whatever the text: part of rule
/// V14. It is a tree in an array (a Darts double array), then the replacements, each with a NUL behind it.
final class CharsmapRules {

    private static final String KEY = "tokenizer.ggml.precompiled_charsmap";
    private static final int MOST_BYTES = 16 << 20;

    private final GgufFile file;
    private final FileChannel channel;

    CharsmapRules(GgufFile file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    void check() throws IOException {
        Object value = file.values().get(KEY);
        if (value == null) return;
        boolean bytes =
                value instanceof GgufArray array && (array.type() == ValueType.INT8 || array.type() == ValueType.UINT8);
        if (!bytes) throw wrong("is " + value, "an array of type UINT8");
        GgufArray array = (GgufArray) value;
        if (array.bytes() > MOST_BYTES) throw wrong("holds " + array.bytes() + " bytes", "at most " + MOST_BYTES);
        if (array.bytes() == 0) throw wrong("is empty", "a table, or no key");
        check(read(array));
    }

    private ByteBuffer read(GgufArray array) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) array.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, array.offset() + bytes.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    private void check(ByteBuffer bytes) {
        int size = bytes.remaining();
        long treeBytes = size < 4 ? Long.MAX_VALUE : bytes.getInt(0) & 0xffff_ffffL;
        if (treeBytes + 4 >= size) throw wrong("says its tree has " + treeBytes + " bytes", "fewer than its " + size);
        int nodes = (int) treeBytes / 4;
        int texts = size - 4 - (int) treeBytes;
        if (nodes == 0) return; // no rewriting
        if (bytes.get(size - 1) != 0) throw wrong("ends inside a replacement", "a NUL at the end");

        BitSet seen = new BitSet(nodes);
        Deque<Integer> open = new ArrayDeque<>();
        enter(base(node(bytes, nodes, 0)), nodes, seen, open);
        while (!open.isEmpty()) {
            int base = open.pop();
            for (int letter = 1; letter < 256; letter++) {
                int place = base ^ letter;
                int child = node(bytes, nodes, place);
                if ((child & 0x8000_00ff) != letter) continue;
                int next = place ^ base(child);
                if ((child >>> 8 & 1) != 0) {
                    int text = node(bytes, nodes, next) & 0x7fff_ffff;
                    if (text >= texts) throw wrong("has a replacement at " + text, "at most " + (texts - 1));
                }
                enter(next, nodes, seen, open);
            }
        }
    }

    private void enter(int base, int nodes, BitSet seen, Deque<Integer> open) {
        if (base < 0 || base >= nodes) throw outside(base, nodes);
        if (seen.get(base)) return;
        seen.set(base);
        open.push(base);
    }

    private int node(ByteBuffer bytes, int nodes, int place) {
        if (place < 0 || place >= nodes) throw outside(place, nodes);
        return bytes.getInt(4 + 4 * place);
    }

    private static int base(int node) {
        return node >>> 10 << ((node & 1 << 9) >>> 6);
    }

    private GgufException outside(int place, int nodes) {
        return wrong("leads to place " + Integer.toUnsignedString(place) + " of its tree", "below " + nodes);
    }

    private GgufException wrong(String what, String expected) {
        return new GgufException("V14", file.path() + ": key " + KEY + " " + what + "; expected " + expected);
    }
}
