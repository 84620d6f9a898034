package dev.chasqui.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// Goes over the strings of an array without making an object of each: a vocabulary has some hundred thousand.
final class StringArrays {

    private static final int WINDOW_BYTES = 1 << 18;

    /// Sees one string.
    interface Visitor {
        /// @param bytes holds it from `start` to `end`, and is good only during the call
        /// @param place where it begins in the file
        void string(int index, byte[] bytes, int start, int end, long place) throws IOException;
    }

    private StringArrays() {}

    /// @param longest of a string, in bytes
    /// @throws GgufException if one is longer
    static void each(GgufFile file, FileChannel channel, String key, GgufArray array, int longest, Visitor visitor)
            throws IOException {
        byte[] bytes = new byte[Math.max(WINDOW_BYTES, longest + 8)];
        ByteBuffer window = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long end = array.offset() + array.bytes();
        long windowStart = array.offset();
        window.limit(0);
        for (int i = 0; i < array.count(); i++) {
            for (int need = 8; ; ) {
                if (window.remaining() < need) {
                    windowStart += window.position();
                    fill(window, channel, windowStart, Math.min(bytes.length, end - windowStart));
                }
                if (window.remaining() < need) throw new EOFException("it became shorter while it was read");
                long length = window.getLong(window.position());
                if (length < 0 || length > longest) {
                    throw new GgufException(
                            "V14",
                            file.path() + ": key " + key + " has at place " + i + " a text of "
                                    + Long.toUnsignedString(length) + " bytes; expected at most " + longest);
                }
                if (need == 8 + (int) length) break;
                need = 8 + (int) length;
            }
            int length = (int) window.getLong();
            int start = window.position();
            visitor.string(i, bytes, start, start + length, windowStart + start);
            window.position(start + length);
        }
    }

    private static void fill(ByteBuffer window, FileChannel channel, long from, long wanted) throws IOException {
        window.compact().limit((int) wanted);
        while (window.hasRemaining()) {
            if (channel.read(window, from + window.position()) < 0)
                throw new EOFException("it became shorter while it was read");
        }
        window.flip();
    }
}
