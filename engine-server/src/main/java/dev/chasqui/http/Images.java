package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.util.Base64;

/// Images as they travel in JSON: standard base64, padded; line breaks are skipped.
final class Images {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

    private Images() {}

    /// @throws BackendException in Go's words if the text is no base64
    static byte[] decode(String base64) {
        String solid =
                base64.indexOf('\n') < 0 && base64.indexOf('\r') < 0 ? base64 : base64.replaceAll("[\\r\\n]", "");
        if (solid.length() % 4 != 0) throw illegal(firstStranger(base64, solid.length()));
        try {
            return Base64.getDecoder().decode(solid);
        } catch (IllegalArgumentException e) {
            throw illegal(firstStranger(base64, solid.length()));
        }
    }

    /// @param letters of the text, without line ends
    private static int firstStranger(String base64, int letters) {
        for (int i = 0; i < base64.length(); i++) {
            char c = base64.charAt(i);
            if (ALPHABET.indexOf(c) < 0 && c != '\n' && c != '\r') return i;
        }
        boolean padded = base64.indexOf('=') >= 0;
        return base64.length() - (padded ? 0 : letters % 4); // what is there is fine, but some is missing
    }

    private static BackendException illegal(int at) {
        return BackendException.invalid("illegal base64 data at input byte " + at);
    }
}
