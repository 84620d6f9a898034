package dev.chasqui.engine;

import dev.chasqui.llama.common.GrammarTrigger;
import dev.chasqui.llama.common.RenderedPrompt;
import java.util.List;

/// What a model may say before its answer proper: a thought, or the call of a tool instead of an answer.
///
/// @param thinking whether the prompt ends within a thought
/// @param opens    texts that open a thought
/// @param closes   texts that close it
/// @param calls    texts that a call begins with; an empty one among them is any
record Preamble(boolean thinking, List<String> opens, List<String> closes, List<String> calls) {

    static final Preamble NONE = new Preamble(false, List.of(), List.of(), List.of());

    /// @param thinks   whether the model may think
    /// @param hasTools whether it may call tools
    static Preamble of(RenderedPrompt rendered, boolean thinks, boolean hasTools) {
        String start = rendered.thinkingStartTag().strip();
        List<String> ends = rendered.thinkingEndTags().stream()
                .map(String::strip)
                .filter(end -> !end.isEmpty())
                .toList();
        boolean tags = thinks && rendered.supportsThinking() && !start.isEmpty() && !ends.isEmpty();
        String begun = rendered.generationPrompt();
        int opened = tags ? begun.lastIndexOf(start) : -1;
        boolean thinking =
                opened >= 0 && ends.stream().noneMatch(end -> begun.indexOf(end, opened + start.length()) >= 0);
        return new Preamble(
                thinking,
                tags && opened < 0 ? List.of(start) : List.of(),
                tags ? ends : List.of(),
                hasTools ? calls(rendered) : List.of());
    }

    private static List<String> calls(RenderedPrompt rendered) {
        List<String> words = rendered.triggers().stream()
                .filter(trigger ->
                        trigger.kind() == GrammarTrigger.Kind.WORD || trigger.kind() == GrammarTrigger.Kind.TOKEN)
                .map(trigger -> trigger.value().strip())
                .distinct()
                .toList();
        return words.isEmpty() ? List.of("") : words;
    }

    /// A thought is all that may come before.
    Preamble withoutCalls() {
        return new Preamble(thinking, opens, closes, List.of());
    }

    boolean isEmpty() {
        return !thinking && opens.isEmpty() && calls.isEmpty();
    }
}
