package dev.chasqui.engine;

import dev.chasqui.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds tool calls in an answer that comes in pieces, by the text that the template puts before them.
///
/// From there on text is held back until a JSON value is complete. If it is a call of a function on offer, it is
/// handed out as one; if not, it was content. Where the template puts nothing but a brace before a call, only an
/// answer that begins with one may be a call.
final class ToolCallText {

    private static final int MOST_HELD = 1 << 20;

    /// `[TOOL_CALLS]` of `[TOOL_CALLS] [`: models do not always write the space.
    private static final Pattern MARK = Pattern.compile("<[^<>\\s]{1,64}>|\\[[A-Z_]{2,64}]");

    /// What stands behind calls and says nothing: `</tool_call>`, `]`.
    private static final Pattern CLOSING =
            Pattern.compile("[\\s\\]},;]|</[^<>\\s]{0,64}(>|$)|<\\|[^<>|\\s]{1,64}\\|>|\\[/[A-Z_]{1,64}]");

    private enum State {
        SEEKING,
        READING,
        /// The rest is content.
        OVER
    }

    /// What a piece added.
    record Parts(String content, List<ToolCall> calls) {
        static Parts ofContent(String text) {
            return new Parts(text, List.of());
        }
    }

    private final String mark;
    private final boolean bare;
    private final Set<String> functions;
    private final StringBuilder held = new StringBuilder();
    private JsonSpan span = new JsonSpan();
    private State state = State.SEEKING;
    private boolean any;

    /// @param prefix    what the template puts before a call, `{` or `[` where that is nothing
    /// @param functions the names of those on offer
    ToolCallText(String prefix, Set<String> functions) {
        this.mark = mark(prefix);
        this.bare = mark.equals("{") || mark.equals("[");
        this.functions = functions;
    }

    /// What a call begins with for certain.
    static String mark(String prefix) {
        Matcher first = MARK.matcher(prefix);
        return first.lookingAt() ? first.group() : prefix;
    }

    Parts add(String piece) {
        held.append(piece);
        StringBuilder content = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        while (state == State.SEEKING ? seek(content) : state == State.READING && read(content, calls)) {}
        if (state == State.OVER || held.length() > MOST_HELD) {
            state = State.OVER;
            content.append(take(held.length()));
        }
        return new Parts(content.toString(), calls);
    }

    /// What was held back: the answer is over.
    Parts end() {
        if (!any) return Parts.ofContent(take(held.length()));
        Matcher closing = CLOSING.matcher(held);
        int from = 0;
        while (closing.region(from, held.length()).lookingAt()) from = closing.end();
        take(from);
        return Parts.ofContent(take(held.length()));
    }

    /// @return whether the mark was found
    private boolean seek(StringBuilder content) {
        int at = held.indexOf(mark);
        boolean found = at >= 0;
        if (!found) at = held.length() - AnswerText.beginning(held, mark);
        if (bare && !held.substring(0, at).isBlank()) {
            state = State.OVER;
            return false;
        }
        if (bare && !found) return false; // spaces
        content.append(take(at));
        if (!found) return false;
        state = State.READING;
        span = new JsonSpan();
        if (!bare) span.skip(mark.length());
        return true;
    }

    /// @return whether a value was complete, so that there may be another
    private boolean read(StringBuilder content, List<ToolCall> calls) {
        int end = span.advance(held);
        if (end < 0) return false;
        Optional<List<ToolCall>> read =
                CallJson.read(held.substring(0, span.start()), held.substring(span.start(), end), functions);
        span = new JsonSpan();
        if (read.isEmpty() && !bare) { // `[ARGS]`: what counts comes behind it
            span.skip(end);
            return true;
        }
        if (read.isPresent() && !read.get().isEmpty()) {
            any = true;
            calls.addAll(read.get());
            take(end);
            return true;
        }
        content.append(take(end));
        state = bare ? State.OVER : State.SEEKING;
        return !bare;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }
}
