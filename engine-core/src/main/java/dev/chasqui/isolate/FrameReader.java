package dev.chasqui.isolate;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into messages, whatever the bytes are: it hands messages over, or throws
/// [BadFrameException] once and for all. It holds no more than twice what it has read of a message.
public final class FrameReader {

    private static final int FIRST_BYTES = 4096;

    private final int mostBodyBytes;
    private final ByteBuffer head = ByteBuffer.allocate(Frame.HEAD_BYTES);
    private Frame.@Nullable Kind kind;
    private int call;
    private int length;
    private byte[] body = {};
    private int read;
    private @Nullable BadFrameException broken;

    /// @param mostBodyBytes the longest body that is taken, `>= 0`
    public FrameReader(int mostBodyBytes) {
        this.mostBodyBytes = mostBodyBytes;
    }

    /// Takes all that is there.
    ///
    /// @throws BadFrameException if they are no messages, now and whenever it is asked again
    public void read(ByteBuffer bytes, Consumer<Frame> frames) {
        if (broken != null) throw broken;
        try {
            while (bytes.hasRemaining() || isWhole()) {
                if (kind == null && !readHead(bytes)) return;
                readBody(bytes);
                if (!isWhole()) return;
                frames.accept(take());
            }
        } catch (BadFrameException e) {
            broken = e;
            throw e;
        }
    }

    private boolean isWhole() {
        return kind != null && read == length;
    }

    private boolean readHead(ByteBuffer bytes) {
        while (head.hasRemaining() && bytes.hasRemaining()) head.put(bytes.get());
        if (head.hasRemaining()) return false;
        head.flip();
        length = head.getInt();
        if (length < 0 || length > mostBodyBytes) {
            throw new BadFrameException("a message of " + Integer.toUnsignedString(length) + " bytes, of which "
                    + mostBodyBytes + " are allowed");
        }
        Frame.Kind known = Frame.Kind.of(head.get());
        call = head.getInt();
        if (call < 0) throw new BadFrameException("the call number " + call);
        kind = known;
        head.clear();
        read = 0;
        body = new byte[Math.min(length, FIRST_BYTES)];
        return true;
    }

    private void readBody(ByteBuffer bytes) {
        while (read < length && bytes.hasRemaining()) {
            if (read == body.length) body = Arrays.copyOf(body, (int) Math.min(length, 2L * read));
            int more = Math.min(body.length - read, bytes.remaining());
            bytes.get(body, read, more);
            read += more;
        }
    }

    private Frame take() {
        Frame.Kind known = kind;
        if (known == null) throw new IllegalStateException("there is no message");
        Frame frame = new Frame(known, call, body);
        kind = null;
        body = new byte[0];
        return frame;
    }
}
