package dev.chasqui.llama.common;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Texts on their way to and from C++: each is its length in bytes and then its UTF-8, so no character is
/// special.
///
/// The C++ side is `fields_in` and `fields_out` in `chasqui_common.h`.
final class Fields {

    /// Fields to send, in the order the callee reads them.
    static final class Out {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

        Out add(String text) {
            return add(text.getBytes(StandardCharsets.UTF_8));
        }

        Out add(byte[] field) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) bytes.write(field.length >> shift);
            bytes.writeBytes(field);
            return this;
        }

        Out add(long number) {
            return add(Long.toString(number));
        }

        Out add(boolean flag) {
            return add(flag ? 1 : 0);
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    private final ByteBuffer bytes;

    /// Fields that came back.
    Fields(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] nextBytes() {
        byte[] field = new byte[bytes.getInt()];
        bytes.get(field);
        return field;
    }

    String next() {
        int size = bytes.getInt();
        String text = new String(bytes.array(), bytes.position(), size, StandardCharsets.UTF_8);
        bytes.position(bytes.position() + size);
        return text;
    }

    long number() {
        return Long.parseLong(next());
    }

    boolean flag() {
        return number() != 0;
    }

    List<String> list() {
        List<String> values = new ArrayList<>();
        for (long left = number(); left > 0; left--) values.add(next());
        return values;
    }

    boolean more() {
        return bytes.hasRemaining();
    }
}
