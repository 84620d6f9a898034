package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.ToolCall;
import dev.chasqui.template.Conversation;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a template writes a tool call, found by having it write one.
///
/// @param before    the text before the call's JSON; may be empty
/// @param arguments the key of the arguments: `arguments` or `parameters`
record CallFormat(String before, String arguments) {

    private static final String NAME = "\u2460";
    private static final String TOOLS = "[{\"type\":\"function\",\"function\":{\"name\":\"" + NAME
            + "\",\"description\":\"\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]";
    private static final Pattern CALL = Pattern.compile(
            "\\{\\s*\"name\"\\s*:\\s*\"" + NAME + "\"\\s*,\\s*\"(arguments|parameters)\"\\s*:\\s*\\{\\s*\"n\"");

    /// @return empty if it writes calls in another form than `{"name": …, "arguments": {…}}`
    static Optional<CallFormat> of(GoTemplate template) {
        Message call =
                new Message("assistant", "", "", List.of(), List.of(new ToolCall("", NAME, "{\"n\":1}")), "", "");
        Conversation shown = Conversation.of(List.of(Message.user("x"), call)).withTools(TOOLS);
        String text;
        try {
            text = template.render(shown);
        } catch (TemplateException | BackendException e) {
            return Optional.empty();
        }
        Matcher found = CALL.matcher(text);
        if (!found.find()) return Optional.empty();
        String mark = ToolCallText.mark(template.traits().toolCallPrefix());
        if (mark.equals("{")) return Optional.of(new CallFormat("", found.group(1)));
        int at = text.lastIndexOf(mark, found.start());
        return at < 0
                ? Optional.empty()
                : Optional.of(new CallFormat(text.substring(at, found.start()), found.group(1)));
    }

    /// What has to follow the call.
    String after() {
        return before.endsWith("[") ? "]" : "";
    }
}
