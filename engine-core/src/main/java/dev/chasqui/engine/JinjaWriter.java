package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolChoice.Mode;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.common.ChatInputs;
import dev.chasqui.llama.common.ChatTemplate;
import dev.chasqui.llama.common.RenderedPrompt;
import dev.chasqui.llama.common.ToolChoice;
import java.util.List;
import java.util.Optional;

/// Writes with a template in Jinja, and reads answers with the parser llama.cpp finds for it.
///
/// @param template belongs to the caller
record JinjaWriter(ChatTemplate template) implements ConversationWriter {

    @Override
    public Written write(List<Message> messages, Optional<OfferedTools> tools, Think think) {
        RenderedPrompt rendered;
        try {
            rendered = template.render(inputs(messages, tools, think));
        } catch (LlamaException | IllegalArgumentException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID, "the conversation cannot be rendered: " + e.getMessage(), e);
        }
        boolean mustCall = tools.filter(OfferedTools::mustBeCalled).isPresent();
        Optional<AnswerGrammar> grammar = mustCall ? AnswerGrammar.of(rendered, think) : Optional.empty();
        if (mustCall && grammar.isEmpty()) {
            throw BackendException.invalid("tool_choice requires a call, and llama.cpp knows no grammar for calls in"
                    + " this model's format. Use \"auto\"");
        }
        // Without a parser a thought would end up among the content.
        boolean parsed = tools.isPresent() || rendered.supportsThinking();
        return new Written(
                rendered.prompt(),
                rendered.stops(),
                grammar,
                Optional.empty(),
                Preamble.of(rendered, think != Think.OFF, tools.isPresent()),
                parsed ? rendered.preservedTokens() : List.of(),
                () -> parsed ? new ParsedSplitter(rendered) : OutputSplitter.plain());
    }

    private ChatInputs inputs(List<Message> messages, Optional<OfferedTools> tools, Think think) {
        ChatInputs inputs = ChatInputs.of(ChatJson.of(messages)).withThinking(think != Think.OFF);
        if (tools.isPresent()) {
            OfferedTools offered = tools.get();
            boolean several = offered.choice().function().isEmpty();
            inputs = inputs.withTools(offered.json(), choice(offered), several);
        }
        return switch (think) {
            case DEFAULT, OFF, ON -> inputs;
            case LOW, MEDIUM, HIGH -> inputs.withReasoningEffort(think.wire());
            // gpt-oss knows three levels.
            case MAX -> inputs.withReasoningEffort(template.source().contains("<|channel|>") ? "high" : "max");
        };
    }

    private static ToolChoice choice(OfferedTools offered) {
        if (offered.choice().mode() != Mode.REQUIRED) return ToolChoice.AUTO;
        return offered.choice().function().map(ToolChoice::function).orElse(ToolChoice.REQUIRED);
    }
}
