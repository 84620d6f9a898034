package dev.chasqui.template;

import java.util.Optional;
import java.util.Set;

/// What a template can do, read from its text.
///
/// @param variables      the fields and variables it names, in lower case and without `$`: `messages`, `role`
///                       …
/// @param thinkingTags   the texts around a message's thinking; empty where there is no thinking, or no text
/// @param toolCallPrefix the text the model puts before a tool call: `<tool_call>`, `[TOOL_CALLS]`. Where the
///                       template has none it is `{`, which means that an answer beginning with an object may
///                       be a call
public record TemplateTraits(Set<String> variables, Optional<Tags> thinkingTags, String toolCallPrefix) {

    /// What opens and what closes the thinking in an answer.
    public record Tags(String opening, String closing) {

        /// What most models write.
        public static final Tags DEFAULT = new Tags("<think>", "</think>");
    }

    public TemplateTraits {
        variables = Set.copyOf(variables);
    }

    /// Whether it writes the messages itself. Otherwise it is rendered once for each turn.
    public boolean usesMessages() {
        return variables.contains("messages");
    }

    /// Whether it tells the model about tools.
    public boolean usesTools() {
        return variables.contains("tools");
    }

    /// Whether it can fill a gap before a suffix.
    public boolean usesSuffix() {
        return variables.contains("suffix");
    }

    /// Whether the model thinks before it answers.
    public boolean supportsThinking() {
        return thinkingTags.isPresent();
    }
}
