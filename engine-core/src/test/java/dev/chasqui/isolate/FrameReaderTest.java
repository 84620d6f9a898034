package dev.chasqui.isolate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes from the other process, good and hostile. `-Dchasqui.seed=N` repeats a run.
class FrameReaderTest {

    private static final int MOST = 100_000;
    private static final int STREAMS = 3_000;

    private final long seed = Long.getLong("chasqui.seed", System.nanoTime() & 0xffff_ffffL);
    private final Random random = new Random(seed);

    @Test
    void messagesComeOutAsTheyWentInHoweverTheyAreCut() {
        List<Frame> sent = new ArrayList<>();
        ByteBuffer stream = ByteBuffer.allocate(1 << 20);
        for (int i = 0; i < 60; i++) {
            Frame frame = frame(random.nextInt(i % 7 == 0 ? 1 : 9_000));
            sent.add(frame);
            stream.put(frame.encoded());
        }
        stream.flip();

        List<Frame> came = new ArrayList<>();
        FrameReader reader = new FrameReader(MOST);
        while (stream.hasRemaining()) {
            int more = Math.min(stream.remaining(), 1 + random.nextInt(5_000));
            reader.read(stream.slice(stream.position(), more), came::add);
            stream.position(stream.position() + more);
        }

        assertThat(came).as("seed %d", seed).usingRecursiveComparison().isEqualTo(sent);
    }

    @Test
    void lengthsKindsAndNumbersThatAreNoneAreRefusedOnceAndForAll() {
        for (byte[] head : List.of(
                head(MOST + 1, 0, 0),
                head(-1, 0, 0),
                head(Integer.MIN_VALUE, 0, 0),
                head(0, 200, 0),
                head(0, -1, 0),
                head(0, 1, -5))) {
            FrameReader reader = new FrameReader(MOST);
            for (int times = 0; times < 2; times++) {
                assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(head), frame -> {}))
                        .isInstanceOf(BadFrameException.class)
                        .hasMessageStartingWith("the other process sent ");
            }
        }
    }

    @Test
    void aLengthThatIsOnlyClaimedTakesNoMemory() {
        List<FrameReader> readers = new ArrayList<>(); // 5,000 claims of 200 MB each
        for (int i = 0; i < 5_000; i++) {
            FrameReader reader = new FrameReader(Integer.MAX_VALUE);
            reader.read(ByteBuffer.wrap(head(200_000_000, 0, 0)), frame -> {});
            readers.add(reader);
        }
        assertThat(readers).hasSize(5_000);
    }

    @Test
    void whateverTheBytesAreTheyAreMessagesOrAreRefused() {
        int refused = 0;
        int read = 0;
        for (int i = 0; i < STREAMS; i++) {
            byte[] bytes = hostile();
            List<Frame> came = new ArrayList<>();
            try {
                new FrameReader(MOST).read(ByteBuffer.wrap(bytes), came::add);
                read++;
            } catch (BadFrameException e) {
                refused++;
            }
            assertThat(came.stream()
                            .mapToInt(frame -> Frame.HEAD_BYTES + frame.body().length)
                            .sum())
                    .as("seed %d, stream %d", seed, i)
                    .isLessThanOrEqualTo(bytes.length);
        }
        System.out.println("hostile streams: seed " + seed + ", " + refused + " refused, " + read + " read");
        assertThat(refused).isGreaterThan(STREAMS / 10);
        assertThat(read).isGreaterThan(STREAMS / 10);
    }

    /// Messages in which some bytes were changed, or only bytes.
    private byte[] hostile() {
        if (random.nextInt(4) == 0) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            return bytes;
        }
        ByteBuffer stream = ByteBuffer.allocate(4_000);
        for (int i = 0; i < 3; i++) stream.put(frame(random.nextInt(300)).encoded());
        byte[] bytes = new byte[stream.flip().remaining()];
        stream.get(bytes);
        for (int i = random.nextInt(3); i > 0; i--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        return bytes;
    }

    private Frame frame(int length) {
        byte[] body = new byte[length];
        random.nextBytes(body);
        Frame.Kind[] kinds = Frame.Kind.values();
        return new Frame(kinds[random.nextInt(kinds.length)], random.nextInt(Integer.MAX_VALUE), body);
    }

    private static byte[] head(int length, int kind, int call) {
        return ByteBuffer.allocate(Frame.HEAD_BYTES)
                .putInt(length)
                .put((byte) kind)
                .putInt(call)
                .array();
    }
}
