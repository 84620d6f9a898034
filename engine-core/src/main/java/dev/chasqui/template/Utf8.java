package dev.chasqui.template;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/// A text as Go sees it: bytes. A lone surrogate counts as U+FFFD, as Go's decoder of JSON has it.
final class Utf8 {

    /// By bytes, as Go sorts. UTF-16 has another order beyond U+FFFF.
    static final Comparator<String> ORDER = (a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b));

    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private Utf8() {}

    static byte[] bytes(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .replaceWith(REPLACEMENT)
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .encode(CharBuffer.wrap(text));
            return Arrays.copyOfRange(bytes.array(), bytes.arrayOffset(), bytes.arrayOffset() + bytes.limit());
        } catch (CharacterCodingException e) {
            throw new AssertionError("UTF-8 has every character, and what is none is replaced", e);
        }
    }

    static int length(String text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                length++; // four bytes for two units
                i++;
            }
        }
        return length;
    }

    /// Bytes `from` to `to`. A character that is cut leaves U+FFFD.
    static String slice(String text, int from, int to) {
        return new String(bytes(text), from, to - from, StandardCharsets.UTF_8);
    }
}
