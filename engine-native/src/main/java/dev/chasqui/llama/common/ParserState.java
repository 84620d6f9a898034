package dev.chasqui.llama.common;

/// How an answer is to be parsed, as [ChatTemplate] found it out. Opaque, and never made from foreign bytes: C++
/// trusts it.
public final class ParserState {

    private final byte[] bytes;

    ParserState(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "ParserState[" + bytes.length + " bytes]";
    }
}
