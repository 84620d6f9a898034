package dev.chasqui.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Turns the bytes of tokens into text that may be shown: whole characters, nothing of a stop string.
///
/// What could still become a stop string, or is half a character, is held back until the next bytes decide.
final class AnswerText {

    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private byte[] half = {};
    private boolean stopped;

    AnswerText(List<String> stops) {
        this.stops = stops.stream().filter(stop -> !stop.isEmpty()).distinct().toList();
    }

    /// Takes in a token's bytes.
    ///
    /// @return what may be shown now, perhaps nothing
    String add(byte[] piece) {
        byte[] bytes = half.length == 0 ? piece : joined(half, piece);
        int whole = wholeCharacters(bytes);
        half = whole == bytes.length ? new byte[0] : Arrays.copyOfRange(bytes, whole, bytes.length);
        held.append(new String(bytes, 0, whole, StandardCharsets.UTF_8));
        return stops.isEmpty() ? take(held.length()) : takeBeforeStop();
    }

    /// A stop string came; the answer is over.
    boolean stopped() {
        return stopped;
    }

    /// The end of the answer: what was held back and will not become a stop string any more.
    String rest() {
        if (stopped) return "";
        held.append(new String(half, StandardCharsets.UTF_8));
        half = new byte[0];
        return take(held.length());
    }

    /// As [#rest], without half a character.
    String wholeRest() {
        half = new byte[0];
        return rest();
    }

    private String takeBeforeStop() {
        int first = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0) first = Math.min(first, at);
        }
        if (first < Integer.MAX_VALUE) {
            stopped = true;
            return take(first);
        }
        return take(held.length() - beginningOfStop());
    }

    /// How many of the last characters could be the beginning of a stop string.
    private int beginningOfStop() {
        int longest = 0;
        for (String stop : stops) longest = Math.max(longest, beginning(held, stop));
        return longest;
    }

    /// How many of a text's last characters could be the beginning of a mark.
    static int beginning(CharSequence text, String mark) {
        for (int length = Math.min(mark.length() - 1, text.length()); length > 0; length--) {
            if (mark.startsWith(
                    text.subSequence(text.length() - length, text.length()).toString())) return length;
        }
        return 0;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /// The length without a last character whose bytes are not all there yet.
    static int wholeCharacters(byte[] bytes) {
        for (int back = 1; back <= Math.min(3, bytes.length); back++) {
            int lead = bytes[bytes.length - back] & 0xFF;
            if (lead < 0x80) break;
            if (lead < 0xC0) continue; // a byte in the middle of a character
            int needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
            return needed > back ? bytes.length - back : bytes.length;
        }
        return bytes.length;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
