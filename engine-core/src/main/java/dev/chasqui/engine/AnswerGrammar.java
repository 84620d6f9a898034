package dev.chasqui.engine;

import dev.chasqui.api.Think;
import dev.chasqui.llama.common.RenderedPrompt;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an answer must be.
///
/// @param gbnf  for the answer, and before it the end of the prompt where that belongs to it
/// @param begun that end of the prompt; may be empty
record AnswerGrammar(String gbnf, String begun) {

    /// `common` lets a model talk for as long as it likes before the call.
    private static final Pattern TALK = Pattern.compile("until-\\d+\\? (?=tool-call)");

    private static final Pattern ROOT = Pattern.compile("(?m)^root ::= .*$");

    /// For one that has to call a tool.
    ///
    /// @return empty if `common` has no such grammar for the model's format
    static Optional<AnswerGrammar> of(RenderedPrompt rendered, Think think) {
        if (rendered.grammar().isEmpty() || rendered.grammarLazy()) return Optional.empty();
        String begun = rendered.generationPrompt();
        String start = rendered.thinkingStartTag().strip();
        String gbnf = ROOT.matcher(rendered.grammar()).replaceFirst(found -> {
            String root = TALK.matcher(found.group()).replaceAll("");
            if (think == Think.OFF && !start.isEmpty() && !begun.contains(start)) {
                String thought = "\\(\"" + Pattern.quote(start) + "[^()]*\\)\\? ";
                root = root.replaceFirst(thought, "");
            }
            return Matcher.quoteReplacement(root);
        });
        return Optional.of(new AnswerGrammar(gbnf, begun));
    }
}
