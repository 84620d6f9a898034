package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import java.util.List;

/// Reads a model's answer: content, thinking, tool calls.
///
/// [#parse] reads a text by itself. [#push] and [#finish] follow one answer as it grows; each looks at the whole
/// of it again, so gather a few tokens for one push when answers are long. Safe to use from many threads; pushes
/// take turns.
public final class OutputParser implements AutoCloseable {

    /// Of braces and brackets open at once. A model can be talked into any output, and JSON is parsed by
    /// recursion.
    static final int MAX_DEPTH = 256;

    private final NativeHandle handle;
    private final OpenBrackets pushed = new OpenBrackets();

    private OutputParser(NativeHandle handle) {
        this.handle = handle;
    }

    /// @param prompt what the answer answers
    public static OutputParser of(RenderedPrompt prompt) {
        byte[] state = prompt.parserState().bytes();
        return new OutputParser(
                Adapter.open("parser of answers", () -> AdapterJni.parser_open(state), AdapterJni::parser_close));
    }

    /// @param partial whether more may follow; then what is cut off is shown as far as it goes
    /// @throws LlamaException if the text is not an answer in the model's format; it is then all content
    public ParsedMessage parse(String text, boolean partial) {
        new OpenBrackets().add(text);
        byte[] request = request(text, partial);
        return ParsedMessage.from(
                Adapter.ask("parsing the answer", handle, address -> AdapterJni.parser_parse(address, request)));
    }

    /// @param piece the answer's next piece, whole characters
    /// @return what the answer says more than before; often nothing
    public synchronized List<MessageDelta> push(String piece) {
        return advance(piece, true);
    }

    /// Says that the answer is over.
    ///
    /// @throws LlamaException if the text is not an answer in the model's format, a tool call that was cut off
    ///                        for example
    public synchronized List<MessageDelta> finish() {
        return advance("", false);
    }

    @Override
    public void close() {
        handle.close();
    }

    private List<MessageDelta> advance(String piece, boolean partial) {
        pushed.add(piece);
        byte[] request = request(piece, partial);
        return MessageDelta.from(
                Adapter.ask("parsing the answer", handle, address -> AdapterJni.parser_push(address, request)));
    }

    private static byte[] request(String text, boolean partial) {
        JsonText.requireSize("the answer", text, JsonText.MAX_BYTES);
        return new Fields.Out().add(partial).add(text).toBytes();
    }

    /// Counts without knowing what is quoted, so a little too much.
    private static final class OpenBrackets {

        private int open;
        private long length;

        void add(String text) {
            length += text.length();
            if (length > JsonText.MAX_BYTES) {
                throw new IllegalArgumentException("the answer is longer than " + JsonText.MAX_BYTES + " characters");
            }
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '{' || c == '[') open++;
                else if ((c == '}' || c == ']') && open > 0) open--;
                if (open > MAX_DEPTH) {
                    throw new LlamaException("the answer opens more than " + MAX_DEPTH
                            + " brackets; it is read as plain text or not at all");
                }
            }
        }
    }
}
