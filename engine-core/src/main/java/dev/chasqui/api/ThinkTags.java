package dev.chasqui.api;

/// Leaves out what stands between `<think>` and `</think>`, and the white space behind it, in a text that comes in
/// pieces. A thought that never ends is left out to the end.
final class ThinkTags {

    private static final String OPEN = "<think>";
    private static final String CLOSE = "</think>";

    private final StringBuilder held = new StringBuilder();
    private boolean inside;
    private boolean behind;

    /// @return what is known to be outside
    String add(String piece) {
        held.append(piece);
        StringBuilder out = new StringBuilder();
        while (true) {
            if (behind && !skipWhiteSpace()) return out.toString();
            String tag = inside ? CLOSE : OPEN;
            int at = held.indexOf(tag);
            if (at < 0) {
                int kept = beginOf(tag);
                if (!inside) out.append(held, 0, held.length() - kept);
                held.delete(0, held.length() - kept);
                return out.toString();
            }
            if (!inside) out.append(held, 0, at);
            held.delete(0, at + tag.length());
            behind = inside;
            inside = !inside;
        }
    }

    /// The text is over.
    ///
    /// @return what was held back and is outside
    String end() {
        String rest = inside ? "" : held.toString();
        held.setLength(0);
        return rest;
    }

    /// @return whether something else follows
    private boolean skipWhiteSpace() {
        int at = 0;
        while (at < held.length() && Character.isWhitespace(held.charAt(at))) at++;
        held.delete(0, at);
        behind = held.isEmpty();
        return !behind;
    }

    /// How many characters at the end may be the tag's beginning.
    private int beginOf(String tag) {
        for (int length = Math.min(tag.length() - 1, held.length()); length > 0; length--) {
            if (tag.startsWith(held.substring(held.length() - length))) return length;
        }
        return 0;
    }
}
