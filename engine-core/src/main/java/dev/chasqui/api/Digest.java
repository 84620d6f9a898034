package dev.chasqui.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/// The SHA-256 of a file's bytes, which is also its name in the store.
///
/// @param hex 64 hexadecimal digits in lower case
public record Digest(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern TEXT = Pattern.compile("sha256[:-][0-9a-fA-F]{64}");

    public Digest {
        if (!HEX.matcher(hex).matches()) throw BackendException.invalid("invalid digest format");
    }

    /// Reads `sha256:<hex>` or `sha256-<hex>`.
    ///
    /// @throws BackendException `invalid digest format`
    public static Digest parse(String text) {
        if (!TEXT.matcher(text).matches()) throw BackendException.invalid("invalid digest format");
        return new Digest(text.substring("sha256:".length()).toLowerCase(Locale.ROOT));
    }

    public static Digest of(byte[] bytes) {
        return new Digest(HexFormat.of().formatHex(sha256().digest(bytes)));
    }

    public static Digest finish(MessageDigest hash) {
        return new Digest(HexFormat.of().formatHex(hash.digest()));
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /// The blob's file name: `sha256-<hex>`.
    public String fileName() {
        return "sha256-" + hex;
    }

    /// As manifests write it: `sha256:<hex>`.
    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
