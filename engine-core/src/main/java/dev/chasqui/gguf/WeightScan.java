package dev.chasqui.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/// Looks for weights that are no number, or infinite: rule V18. Of quantised weights it reads the blocks' scales;
/// every other bit of them is a number.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-quants.c">ggml-quants.c,
///      `ggml_validate_row_data`</a>
final class WeightScan {

    private static final int WINDOW_BYTES = 1 << 20;

    private final GgufFile file;
    private final FileChannel channel;
    private final LongConsumer reading;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long done;

    WeightScan(GgufFile file, FileChannel channel, LongConsumer reading) {
        this.file = file;
        this.channel = channel;
        this.reading = reading;
    }

    void check() throws IOException {
        for (TensorInfo tensor : file.tensors()) check(tensor);
    }

    private void check(TensorInfo tensor) throws IOException {
        int block = tensor.type().blockBytes();
        long most = WINDOW_BYTES / block * (long) block;
        for (long at = 0; at < tensor.bytes(); ) {
            int bytes = (int) Math.min(most, tensor.bytes() - at);
            fill(tensor.offset() + at, bytes);
            int bad = firstBad(tensor.type(), bytes);
            if (bad >= 0) {
                throw new GgufException(
                        "V18",
                        file.path() + ": tensor " + tensor.name() + " holds, at block "
                                + (at + bad) / block + " of type " + tensor.type()
                                + ", a weight that is no finite number; expected numbers");
            }
            at += bytes;
            done += bytes;
            reading.accept(done);
        }
    }

    private void fill(long from, int bytes) throws IOException {
        window.clear().limit(bytes);
        while (window.hasRemaining()) {
            if (channel.read(window, from + window.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
    }

    /// Where in the window the first block with a bad scale begins; `-1` if all are good.
    private int firstBad(TensorType type, int bytes) {
        int block = type.blockBytes();
        return switch (type) {
            case F32 -> floats(bytes, 4, 0);
            case F16 -> halves(bytes, 2, 0);
            case BF16 -> shortFloats(bytes);
            case Q4_0, Q5_0, Q8_0, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ4_NL, IQ4_XS, Q1_0, Q2_0 ->
                halves(bytes, block, 0);
            case Q4_1, Q5_1, Q8_1, Q4_K, Q5_K -> halves(bytes, block, 0, 2);
            case Q2_K -> halves(bytes, block, block - 4, block - 2);
            case Q3_K, Q6_K, TQ1_0, TQ2_0 -> halves(bytes, block, block - 2);
            case Q8_K -> floats(bytes, block, 0);
            case IQ1_M -> spread(bytes, block);
            case MXFP4 -> exponents(bytes, block);
            case I8, I16, I32, I64, F64, NVFP4 -> -1;
        };
    }

    private int floats(int bytes, int block, int offset) {
        for (int at = 0; at < bytes; at += block) {
            if ((window.getInt(at + offset) & 0x7f80_0000) == 0x7f80_0000) return at;
        }
        return -1;
    }

    private int halves(int bytes, int block, int... offsets) {
        for (int offset : offsets) {
            for (int at = 0; at < bytes; at += block) {
                if ((window.getShort(at + offset) & 0x7c00) == 0x7c00) return at;
            }
        }
        return -1;
    }

    private int shortFloats(int bytes) {
        for (int at = 0; at < bytes; at += 2) if ((window.getShort(at) & 0x7f80) == 0x7f80) return at;
        return -1;
    }

    /// The scale is in the upper four bits of the block's last four halves.
    private int spread(int bytes, int block) {
        for (int at = 0; at < bytes; at += block) {
            int scale = 0;
            for (int i = 0; i < 4; i++) scale |= (window.getShort(at + block - 8 + 2 * i) >>> 12 & 0xf) << 4 * i;
            if ((scale & 0x7c00) == 0x7c00) return at;
        }
        return -1;
    }

    private int exponents(int bytes, int block) {
        for (int at = 0; at < bytes; at += block) if (window.get(at) == (byte) 0xff) return at;
        return -1;
    }
}
