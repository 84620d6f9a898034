package dev.chasqui.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/// The SHA-256 of a file's bytes, which is also its name in the store.
///
/// @param hex 64 hexadecimal digits in lower case
public record Digest(String hex) {

    private static final int DIGITS = 64;
    private static final String KIND = "sha256";

    public Digest {
        if (hex.length() != DIGITS || !hex.chars().allMatch(Digest::isDigit)) {
            throw BackendException.invalid("invalid digest format");
        }
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }

    /// Reads `sha256:<hex>` or `sha256-<hex>`.
    ///
    /// @throws BackendException `invalid digest format`
    public static Digest parse(String text) {
        boolean prefixed = text.startsWith(KIND + ":") || text.startsWith(KIND + "-");
        if (!prefixed || text.length() != KIND.length() + 1 + DIGITS) {
            throw BackendException.invalid("invalid digest format");
        }
        return new Digest(text.substring(KIND.length() + 1).toLowerCase(Locale.ROOT));
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
        return KIND + "-" + hex;
    }

    /// As manifests write it: `sha256:<hex>`.
    @Override
    public String toString() {
        return KIND + ":" + hex;
    }
}
