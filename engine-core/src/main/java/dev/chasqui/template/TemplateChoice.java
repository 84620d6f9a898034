package dev.chasqui.template;

import dev.chasqui.api.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Chooses between the two templates a model may have: one in Go's syntax that somebody gave it, and one in Jinja
/// that its weights bring.
public final class TemplateChoice {

    private static final String SYSTEM = "\u2460";
    private static final String QUESTION = "\u2461";
    private static final String ANSWER = "\u2462";

    /// A system prompt that is written in a template; "You are provided with functions" is none.
    private static final Pattern SYSTEM_PROMPT = Pattern.compile("\\bYou are (?!provided|given|allowed|able)");

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}_]+");
    private static final Set<String> ROLES = Set.of("", "system", "user", "assistant", SYSTEM, QUESTION, ANSWER);

    private TemplateChoice() {}

    /// Whether the template in Go's syntax writes the prompts. As in Ollama it does, unless the one in Jinja can do
    /// more.
    ///
    /// And it does not where it would lose the model's system prompt: where that is written in the Jinja template,
    /// and the other says nothing that the Jinja template does not. Ollama guesses such templates when it imports a
    /// file.
    ///
    /// @param jinja      the weights' template
    /// @param jinjaDoes  what that shows, of `tools` and `thinking`
    /// @param ownSystem  whether the model has a system prompt beside its templates
    public static boolean prefersGo(GoTemplate go, String jinja, Set<String> jinjaDoes, boolean ownSystem) {
        if (!capabilities(go.traits()).containsAll(jinjaDoes)) return false;
        return ownSystem || !losesSystemPrompt(go, jinja);
    }

    /// What a template can do beyond completing, by Ollama's names: `tools`, `insert`, `thinking`.
    public static Set<String> capabilities(TemplateTraits traits) {
        Set<String> found = new HashSet<>();
        if (traits.usesTools()) found.add("tools");
        if (traits.usesSuffix()) found.add("insert");
        if (traits.supportsThinking()) found.add("thinking");
        return Set.copyOf(found);
    }

    private static boolean losesSystemPrompt(GoTemplate go, String jinja) {
        if (!SYSTEM_PROMPT.matcher(jinja).find()) return false;
        try {
            if (SYSTEM_PROMPT.matcher(rendered(go, Message.user(QUESTION))).find()) return false;
            String turns = rendered(
                    go,
                    Message.system(SYSTEM),
                    Message.user(QUESTION),
                    Message.assistant(ANSWER),
                    Message.user(QUESTION));
            return turns.contains(SYSTEM)
                    && BETWEEN_WORDS
                            .splitAsStream(turns)
                            .allMatch(word -> ROLES.contains(word) || jinja.contains(word));
        } catch (TemplateException e) {
            return false; // a template that does not go together with these is no copy
        }
    }

    private static String rendered(GoTemplate go, Message... messages) {
        return go.render(Conversation.of(List.of(messages)));
    }
}
