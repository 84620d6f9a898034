package dev.chasqui.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Reads little-endian values from front to back and never beyond the size the file had when it was opened.
///
/// It reads rather than maps: a file that shrinks meanwhile is an error here, not a fault of the JVM.
final class Cursor {

    private static final int WINDOW_BYTES = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window =
            ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long windowStart;
    private final int longestString;
    private String rule = "V3";
    private String place = "the header";

    Cursor(Path file, FileChannel channel, long size, long start) {
        this(file, channel, size, start, GateLimits.DEFAULT.most(GateLimits.Limit.STRING_BYTES));
    }

    Cursor(Path file, FileChannel channel, long size, long start, int longestString) {
        this.longestString = longestString;
        this.file = file;
        this.channel = channel;
        this.size = size;
        this.windowStart = start;
    }

    /// Says what is being read, and by which rule it is judged, for the message of an error.
    void at(String rule, String place) {
        this.rule = rule;
        this.place = place;
    }

    long position() {
        return windowStart + window.position();
    }

    long remaining() {
        return size - position();
    }

    /// @throws GgufException unless so many bytes are left
    void need(long bytes) {
        if (bytes < 0 || bytes > remaining()) {
            throw new GgufException(
                    rule,
                    file + " is truncated: " + place + " at byte " + position() + " needs "
                            + Long.toUnsignedString(bytes) + " bytes, the file ends at " + size);
        }
    }

    int u8() throws IOException {
        fill(1);
        return window.get() & 0xff;
    }

    int i32() throws IOException {
        fill(4);
        return window.getInt();
    }

    long u32() throws IOException {
        return i32() & 0xffff_ffffL;
    }

    long i64() throws IOException {
        fill(8);
        return window.getLong();
    }

    /// Reads one value of a type that is neither string nor array.
    Object scalar(ValueType type) throws IOException {
        fill(type.bytes);
        return switch (type) {
            case UINT8 -> (long) (window.get() & 0xff);
            case INT8 -> (long) window.get();
            case UINT16 -> (long) (window.getShort() & 0xffff);
            case INT16 -> (long) window.getShort();
            case UINT32 -> window.getInt() & 0xffff_ffffL;
            case INT32 -> (long) window.getInt();
            case FLOAT32 -> window.getFloat();
            case BOOL -> bool(window.get());
            case UINT64 -> unsigned(window.getLong());
            case INT64 -> window.getLong();
            case FLOAT64 -> window.getDouble();
            case STRING, ARRAY -> throw new IllegalArgumentException(type.name());
        };
    }

    /// A string's length, checked against the limit and the bytes that are left.
    int stringBytes(int limit) throws IOException {
        long length = i64();
        if (length < 0 || length > limit) {
            throw new GgufException(
                    rule,
                    file + ": " + place + " holds a string of " + Long.toUnsignedString(length) + " bytes; at most "
                            + limit + " are allowed");
        }
        need(length);
        return (int) length;
    }

    /// Text; what is not UTF-8 becomes U+FFFD.
    String string() throws IOException {
        return new String(bytes(stringBytes(longestString)), StandardCharsets.UTF_8);
    }

    /// Text that must be UTF-8 without a NUL.
    String strictString(int limit) throws IOException {
        byte[] bytes = bytes(stringBytes(limit));
        for (byte b : bytes) if (b == 0) throw new GgufException(rule, file + ": " + place + " contains a NUL byte");
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new GgufException(rule, file + ": " + place + " is not valid UTF-8", e);
        }
    }

    void skip(long bytes) {
        need(bytes);
        if (bytes <= window.remaining()) {
            window.position(window.position() + (int) bytes);
        } else {
            windowStart = position() + bytes;
            window.limit(0);
        }
    }

    /// Goes over so many strings. A vocabulary has a hundred thousand of them and every start of the engine reads
    /// one with code that is not compiled yet, so the loop looks at the window's bytes itself.
    void skipStrings(int count) throws IOException {
        byte[] bytes = window.array();
        int at = window.position();
        int end = window.limit();
        for (int i = 0; i < count; i++) {
            if (end - at >= 8) {
                int low = (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16;
                int high = bytes[at + 3] | bytes[at + 4] | bytes[at + 5] | bytes[at + 6] | bytes[at + 7];
                if (high == 0 && low <= end - at - 8) { // below 16 MiB, and here
                    at += 8 + low;
                    continue;
                }
            }
            window.position(at);
            skip(stringBytes(longestString));
            at = window.position();
            end = window.limit();
        }
        window.position(at);
    }

    private byte[] bytes(int length) throws IOException {
        need(length);
        byte[] bytes = new byte[length];
        for (int read = 0; read < length; ) {
            fill(1);
            int some = Math.min(length - read, window.remaining());
            window.get(bytes, read, some);
            read += some;
        }
        return bytes;
    }

    private void fill(int bytes) throws IOException {
        if (window.remaining() >= bytes) return;
        need(bytes);
        windowStart = position();
        window.compact();
        long wanted = Math.min(window.capacity(), size - windowStart);
        window.limit((int) wanted);
        while (window.position() < bytes) {
            if (channel.read(window, windowStart + window.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        window.flip();
    }

    private Boolean bool(byte value) {
        if (value == 0 || value == 1) return value == 1;
        throw new GgufException(rule, file + ": " + place + " is a boolean of " + value + "; expected 0 or 1");
    }

    private static Object unsigned(long value) {
        return value >= 0 ? (Object) value : new BigInteger(Long.toUnsignedString(value));
    }
}
