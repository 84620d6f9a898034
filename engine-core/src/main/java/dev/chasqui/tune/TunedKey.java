package dev.chasqui.tune;

import dev.chasqui.platform.CpuCores;
import dev.chasqui.platform.Fingerprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// What a measurement holds for; nothing else may use it.
///
/// @param weights names the model's weights
/// @param cpu     the processor's identity
/// @param cores   cores and CPUs this process had, such as `8/16`
/// @param natives llama.cpp's version and CPU variant
public record TunedKey(String weights, String cpu, String cores, String natives) {

    private static final int SAMPLE_BYTES = 1 << 20;

    public static TunedKey of(Path weights, String cpu, CpuCores cores, String natives) {
        return new TunedKey(digest(weights), cpu, cores.physical() + "/" + cores.logical(), natives);
    }

    /// A store's file is named by its digest. Another's length and first and last megabyte tell it from others,
    /// where a digest would read all of it at each start; the same weights then have two names.
    private static String digest(Path weights) {
        String name = String.valueOf(weights.getFileName());
        if (name.matches("sha256-[0-9a-f]{64}")) return name;
        try (FileChannel file = FileChannel.open(weights)) {
            CRC32C sum = new CRC32C();
            ByteBuffer part = ByteBuffer.allocate(SAMPLE_BYTES);
            for (long at : new long[] {0, Math.max(0, file.size() - SAMPLE_BYTES)}) {
                file.position(at);
                while (part.hasRemaining() && file.read(part) >= 0) {}
                sum.update(part.flip());
                part.clear();
            }
            return "file-" + file.size() + "-" + Long.toHexString(sum.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + weights, e);
        }
    }

    /// The same on every machine and with every version.
    String prefix() {
        return weights + ".";
    }

    String fileName() {
        return prefix() + Fingerprint.of(cpu + "\n" + cores + "\n" + natives) + ".properties";
    }
}
