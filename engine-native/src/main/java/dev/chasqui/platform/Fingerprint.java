package dev.chasqui.platform;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/// Tells one text from another, where nobody has a reason to cheat.
///
/// A cryptographic hash would bring up the JDK's security providers, which costs each start some 20 ms.
public final class Fingerprint {

    private Fingerprint() {}

    /// @return 16 hex digits
    public static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return hex(new CRC32(), bytes) + hex(new CRC32C(), bytes);
    }

    private static String hex(Checksum checksum, byte[] bytes) {
        checksum.update(bytes);
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
