package dev.chasqui.llama.common;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The templates of the tests, in the style of the models' own.
enum Templates {
    /// No tools, no thinking; a system message of its own where the chat has none.
    CHATML,
    /// Tools, and calls between `<tool_call>` tags.
    TOOLS,
    /// Thinking between `<think>` tags, which can be switched off.
    THINKING;

    /// A tool with one required and one optional argument.
    static final String QUOTE_TOOL = """
            [{"type": "function", "function": {"name": "quote", "description": "The last price",
              "parameters": {"type": "object", "required": ["symbol"],
                "properties": {"symbol": {"type": "string"}, "depth": {"type": "integer"}}}}}]
            """;

    static final String HELLO = """
            [{"role": "user", "content": "Hello"}]""";

    ChatTemplate parse() {
        return ChatTemplate.parse(source(), "<|im_start|>", "<|im_end|>");
    }

    String source() {
        String name = name().toLowerCase(java.util.Locale.ROOT) + ".jinja";
        try (InputStream in = Objects.requireNonNull(Templates.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
