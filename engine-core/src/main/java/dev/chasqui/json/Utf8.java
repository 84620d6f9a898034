package dev.chasqui.json;

/// UTF-8, byte by byte, where a token may end inside a character. Overlong forms, surrogates and what lies
/// beyond Unicode are no characters.
///
/// @param value   the bits of the character so far
/// @param missing bytes of it that are still to come
/// @param least   the smallest character that may be written in so many bytes
record Utf8(int value, int missing, int least) {

    /// Between two characters.
    static final Utf8 WHOLE = new Utf8(0, 0, 0);

    /// No text goes on from here.
    static final Utf8 BROKEN = new Utf8(-1, -1, 0);

    Utf8 add(byte next) {
        int bits = next & 0xFF;
        if (missing == 0) {
            if (bits < 0x80) return new Utf8(bits, 0, 0);
            if (bits < 0xC2 || bits > 0xF4) return BROKEN;
            if (bits < 0xE0) return new Utf8(bits & 0x1F, 1, 0x80);
            return bits < 0xF0 ? new Utf8(bits & 0x0F, 2, 0x800) : new Utf8(bits & 0x07, 3, 0x10000);
        }
        return bits >> 6 == 2 ? new Utf8(value << 6 | bits & 0x3F, missing - 1, least) : BROKEN;
    }

    /// The smallest character this may become.
    int low() {
        return Math.max(value << 6 * missing, least);
    }

    int high() {
        return (value + 1 << 6 * missing) - 1;
    }
}
