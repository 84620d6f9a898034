package dev.chasqui.isolate;

import java.nio.ByteBuffer;

/// One message: on the wire the length of its body in four bytes, its kind in one, its call in four, then the body.
///
/// @param call the call it belongs to, `>= 0`; `0` for those that belong to none
public record Frame(Kind kind, int call, byte[] body) {

    static final int HEAD_BYTES = 9;

    /// The longest body. A request's text may have 32 MiB; JSON writes six bytes for some characters.
    static final int MOST_BODY_BYTES = 128 << 20;

    private static final byte[] NOTHING = {};

    /// What a message is for.
    public enum Kind {
        /// Child: here I am; the body is the start's token.
        HELLO,
        /// Parent: what to open.
        OPEN,
        /// Child: it is open.
        READY,
        /// Child: I live.
        BEAT,
        /// Parent: a call; the body's first byte says which.
        CALL,
        /// Parent: nobody wants that call any more.
        CANCEL,
        /// Parent: that many more pieces may come, four bytes.
        CREDIT,
        /// Child: the call was taken and pieces will follow.
        ACCEPTED,
        /// Child: a piece of the answer.
        PIECE,
        /// Child: the end of the answer, or all of it.
        RESULT,
        /// Child: the call failed: the name of the kind, a line feed, the message.
        FAILURE;

        private static final Kind[] ALL = values();

        static Kind of(byte code) {
            if (code < 0 || code >= ALL.length) throw new BadFrameException("kind " + code + " of message");
            return ALL[code];
        }
    }

    static Frame bare(Kind kind, int call) {
        return new Frame(kind, call, NOTHING);
    }

    ByteBuffer encoded() {
        return ByteBuffer.allocate(HEAD_BYTES + body.length)
                .putInt(body.length)
                .put((byte) kind.ordinal())
                .putInt(call)
                .put(body)
                .flip();
    }
}
