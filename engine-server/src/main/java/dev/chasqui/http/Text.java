package dev.chasqui.http;

/// Text that can be written as UTF-8.
final class Text {

    private Text() {}

    /// The text with U+FFFD for every half of a surrogate pair, as Go does; JSON escapes can make such halves.
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) continue;
            if (isPair(text, i)) i++;
            else return repaired(text);
        }
        return text;
    }

    private static String repaired(String text) {
        StringBuilder whole = new StringBuilder(text);
        for (int i = 0; i < whole.length(); i++) {
            if (!Character.isSurrogate(whole.charAt(i))) continue;
            if (isPair(whole, i)) i++;
            else whole.setCharAt(i, '\uFFFD');
        }
        return whole.toString();
    }

    private static boolean isPair(CharSequence text, int at) {
        return at + 1 < text.length() && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
    }
}
