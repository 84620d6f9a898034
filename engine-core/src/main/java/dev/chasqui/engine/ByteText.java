package dev.chasqui.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Texts as bytes, one to a character: so tokens that end inside a character can be put together and searched.
final class ByteText {

    private ByteText() {}

    static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static List<String> of(List<String> texts) {
        return texts.stream()
                .map(text -> of(text.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    static boolean containsAny(String text, List<String> marks) {
        return marks.stream().anyMatch(text::contains);
    }

    /// As much of a text's end as can belong to one of these.
    static String end(String text, List<String> marks) {
        int longest = marks.stream().mapToInt(String::length).max().orElse(0);
        return text.substring(Math.max(0, text.length() - longest));
    }
}
