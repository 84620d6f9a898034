package dev.chasqui.llama.common;

/// Judges JSON text by its outline before C++ parses it: size, depth, and what it is. `common` walks JSON by
/// recursion, and its regular expressions recurse once for each character of a name.
final class JsonText {

    static final int MAX_BYTES = 32 << 20;
    static final int MAX_SCHEMA_BYTES = 1 << 20;

    /// Schemas nested 100 deep are known to work and 5,000 deep to end the process.
    static final int MAX_DEPTH = 64;

    /// For a string inside a schema or a tool's description of itself.
    static final int MAX_SCHEMA_STRING = 16 << 10;

    private JsonText() {}

    /// @param what  for the message, for example `messages`
    /// @param opens the character it has to begin with
    /// @throws IllegalArgumentException if it is too long, too deep, or something else
    static String require(String what, String json, char opens) {
        return require(what, json, opens, MAX_BYTES, MAX_BYTES);
    }

    /// The same for a schema, or text that holds schemas.
    static String requireSchema(String what, String json, char opens) {
        return require(what, json, opens, MAX_SCHEMA_BYTES, MAX_SCHEMA_STRING);
    }

    /// @throws IllegalArgumentException if it is longer than `mostBytes` in UTF-8
    static String requireSize(String what, String text, int mostBytes) {
        long bytes = text.length();
        if (bytes <= mostBytes && bytes > mostBytes / 3) {
            bytes = text.codePoints()
                    .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                    .sum();
        }
        if (bytes > mostBytes) {
            throw new IllegalArgumentException(what + " is longer than " + mostBytes + " bytes");
        }
        return text;
    }

    private static String require(String what, String json, char opens, int mostBytes, int longestString) {
        requireSize(what, json, mostBytes);
        String start = json.stripLeading();
        if (start.isEmpty() || start.charAt(0) != opens) {
            throw new IllegalArgumentException(
                    what + " must be a JSON " + (opens == '[' ? "array" : "object") + ", as text");
        }
        requireOutline(what, json, longestString);
        return json;
    }

    private static void requireOutline(String what, String json, int longestString) {
        int depth = 0;
        int quote = -1; // where the open string began
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (quote >= 0) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    if (i - quote > longestString) {
                        throw new IllegalArgumentException(
                                what + " holds a string longer than " + longestString + " characters");
                    }
                    quote = -1;
                }
            } else if (c == '"') {
                quote = i;
            } else if (c == '[' || c == '{') {
                if (++depth > MAX_DEPTH) {
                    throw new IllegalArgumentException(what + " is nested deeper than " + MAX_DEPTH);
                }
            } else if (c == ']' || c == '}') {
                depth--;
            }
        }
    }
}
