package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.template.Conversation;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateException;
import dev.chasqui.template.TemplateTraits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Writes with a template in Go's syntax. How the model marks thinking and calls is read from the template's text,
/// and so its answers are read.
record GoWriter(GoTemplate template) implements ConversationWriter {

    /// `<think>`, `[TOOL_CALLS]`: what may be one special token.
    private static final Pattern MARK = Pattern.compile("<[^<>\\s]{1,64}>|\\[[A-Z_/]{1,64}]");

    @Override
    public Written write(List<Message> messages, Optional<OfferedTools> tools, Think think) {
        Conversation conversation = Conversation.of(messages).withThink(usual(think));
        if (tools.isPresent()) conversation = conversation.withTools(tools.get().json());
        return written(rendered(conversation), tools);
    }

    /// What belongs between two texts.
    Written writeInsert(String prompt, String suffix, Think think) {
        return written(rendered(() -> template.renderInsert(prompt, suffix, usual(think))), Optional.empty());
    }

    private Written written(String text, Optional<OfferedTools> tools) {
        TemplateTraits traits = template.traits();
        Optional<TemplateTraits.Tags> thinking = traits.thinkingTags();
        List<String> preserved = new ArrayList<>();
        thinking.ifPresent(tags -> preserved.addAll(List.of(tags.opening(), tags.closing())));
        if (tools.isPresent()) {
            MARK.matcher(traits.toolCallPrefix())
                    .results()
                    .map(MatchResult::group)
                    .forEach(preserved::add);
        }
        if (preserved.isEmpty() && tools.isEmpty()) return Written.plain(text);
        boolean begun = thinking.filter(tags -> text.stripTrailing().endsWith(tags.opening()))
                .isPresent();
        Supplier<OutputSplitter> reader = () -> new TaggedSplitter(
                thinking.map(tags -> new ThoughtText(tags, begun)),
                tools.map(offered -> new ToolCallText(traits.toolCallPrefix(), offered.names())));
        Preamble preamble = new Preamble(
                begun,
                thinking.filter(tags -> !begun)
                        .map(tags -> List.of(tags.opening()))
                        .orElse(List.of()),
                thinking.map(tags -> List.of(tags.closing())).orElse(List.of()),
                tools.map(offered -> List.of(ToolCallText.mark(traits.toolCallPrefix())))
                        .orElse(List.of()));
        return new Written(
                text, List.of(), Optional.empty(), tools.flatMap(OfferedTools::call), preamble, preserved, reader);
    }

    private String rendered(Conversation conversation) {
        return rendered(() -> template.render(conversation));
    }

    private static String rendered(Supplier<String> rendering) {
        try {
            return rendering.get();
        } catch (TemplateException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID, "the conversation cannot be rendered: " + e.getMessage(), e);
        }
    }

    /// A model that can think does, unless it is told not to.
    private Think usual(Think asked) {
        return asked == Think.DEFAULT && template.traits().supportsThinking() ? Think.ON : asked;
    }
}
