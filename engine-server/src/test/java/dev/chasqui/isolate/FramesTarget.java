package dev.chasqui.isolate;

import dev.chasqui.fuzz.Target;
import java.nio.ByteBuffer;

/// What a child and its parent send each other; read in two pieces, as a socket may deliver them.
public final class FramesTarget {

    private static final int MOST_BODY_BYTES = 1 << 16;

    private FramesTarget() {}

    public static Target target() {
        ByteBuffer two = ByteBuffer.allocate(256);
        two.put(new Frame(Frame.Kind.CALL, 7, new byte[] {1, 2, 3}).encoded());
        two.put(Frame.bare(Frame.Kind.BEAT, 0).encoded()).flip();
        byte[] bytes = new byte[two.remaining()];
        two.get(bytes);
        return Target.ofBytes(FramesTarget.class, bytes);
    }

    public static void fuzzerTestOneInput(byte[] data) {
        FrameReader reader = new FrameReader(MOST_BODY_BYTES);
        try {
            reader.read(ByteBuffer.wrap(data, 0, data.length / 2), frame -> {});
            reader.read(ByteBuffer.wrap(data, data.length / 2, data.length - data.length / 2), frame -> {});
        } catch (BadFrameException refused) {
            // as declared
        }
    }
}
