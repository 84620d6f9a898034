package dev.chasqui.engine;

/// Finds the first JSON object or array in a text that grows, by its brackets. Each character is looked at once.
final class JsonSpan {

    private int next;
    private int start = -1;
    private int depth;
    private boolean quoted;
    private boolean escaped;

    /// Leaves so many characters out.
    void skip(int characters) {
        next = characters;
    }

    /// @param text what was there before, and perhaps more
    /// @return where the value ends; negative as long as it does not
    int advance(CharSequence text) {
        while (next < text.length()) {
            if (closes(text.charAt(next++))) return next;
        }
        return -1;
    }

    /// Where it begins; negative if it does not.
    int start() {
        return start;
    }

    private boolean closes(char c) {
        if (quoted) {
            if (escaped) escaped = false;
            else if (c == '\\') escaped = true;
            else if (c == '"') quoted = false;
            return false;
        }
        switch (c) {
            case '{', '[' -> {
                if (depth++ == 0) start = next - 1;
            }
            case '}', ']' -> {
                if (depth > 0) return --depth == 0;
            }
            case '"' -> quoted = depth > 0;
            default -> {}
        }
        return false;
    }
}
