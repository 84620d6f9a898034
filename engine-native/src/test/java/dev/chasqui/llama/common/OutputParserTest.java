package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.LlamaException;
import org.junit.jupiter.api.Test;

class OutputParserTest {

    private static final String CALL = """
            I look it up.
            <tool_call>
            {"name": "quote", "arguments": {"symbol": "A\uD83D\uDE80", "depth": 3}}
            </tool_call>""";

    @Test
    void aToolCallIsReadWhole() {
        try (OutputParser parser = OutputParser.of(withTools())) {
            ParsedMessage message = parser.parse(CALL, false);

            assertThat(message.content().strip()).isEqualTo("I look it up.");
            assertThat(message.toolCalls())
                    .containsExactly(new ParsedToolCall("", "quote", "{\"symbol\": \"A\uD83D\uDE80\", \"depth\": 3}"));
        }
    }

    @Test
    void aToolCallInPiecesAddsUpToTheWhole() {
        try (OutputParser parser = OutputParser.of(withTools())) {
            Gathered gathered = new Gathered();
            CALL.codePoints().forEach(c -> gathered.add(parser.push(Character.toString(c))));
            gathered.add(parser.finish());

            assertThat(gathered.content.toString().strip()).isEqualTo("I look it up.");
            assertThat(gathered.names.toString()).isEqualTo("quote");
            assertThat(gathered.arguments.toString()).isEqualTo("{\"symbol\": \"A\uD83D\uDE80\", \"depth\": 3}");
        }
    }

    @Test
    void plainContentStreamsWithoutDelay() {
        try (OutputParser parser = OutputParser.of(withTools())) {
            assertThat(parser.push("Hello")).singleElement().returns("Hello", MessageDelta::content);
            assertThat(parser.push(" \uD83D\uDE80 a\0b"))
                    .singleElement()
                    .returns(" \uD83D\uDE80 a\0b", MessageDelta::content);
            assertThat(parser.finish()).isEmpty();
        }
    }

    @Test
    void thinkingIsSplitFromContent() {
        try (ChatTemplate template = Templates.THINKING.parse();
                OutputParser parser = OutputParser.of(template.render(ChatInputs.of(Templates.HELLO)))) {
            ParsedMessage message = parser.parse("<think>\nI weigh it.\n</think>\n\nBuy.", false);

            assertThat(message.reasoning().strip()).isEqualTo("I weigh it.");
            assertThat(message.content()).isEqualTo("Buy.");
            assertThat(parser.parse("<think>\nI wei", true).reasoning()).startsWith("I wei");
            assertThat(parser.parse("<think>\nI wei", true).content()).isEmpty();
        }
    }

    @Test
    void thinkingInPiecesNeverShowsATag() {
        try (ChatTemplate template = Templates.THINKING.parse();
                OutputParser parser = OutputParser.of(template.render(ChatInputs.of(Templates.HELLO)))) {
            Gathered gathered = new Gathered();
            "<think>\nI weigh it.\n</think>\n\nBuy."
                    .codePoints()
                    .forEach(c -> gathered.add(parser.push(Character.toString(c))));
            gathered.add(parser.finish());

            assertThat(gathered.reasoning.toString().strip()).isEqualTo("I weigh it.");
            assertThat(gathered.content.toString()).isEqualTo("Buy.");
        }
    }

    @Test
    void withoutThinkingTheAnswerIsAllContent() {
        try (ChatTemplate template = Templates.THINKING.parse();
                OutputParser parser = OutputParser.of(
                        template.render(ChatInputs.of(Templates.HELLO).withThinking(false)))) {
            assertThat(parser.parse("Buy.", false)).isEqualTo(new ParsedMessage("Buy.", "", java.util.List.of()));
        }
    }

    @Test
    void thinkingStaysInTheContentWhenItIsNotToBeSplit() {
        try (ChatTemplate template = Templates.THINKING.parse();
                OutputParser parser = OutputParser.of(
                        template.render(ChatInputs.of(Templates.HELLO).withoutSplitting()))) {
            ParsedMessage message = parser.parse("<think>\nI weigh it.\n</think>\n\nBuy.", false);

            assertThat(message.content()).contains("<think>", "I weigh it.", "</think>", "Buy.");
            assertThat(message.reasoning()).isEmpty();
        }
    }

    @Test
    void anAnswerOfNothingButBracketsIsRefusedBeforeItIsParsed() {
        try (OutputParser parser = OutputParser.of(withTools())) {
            String bomb = "<tool_call>\n{\"name\": \"quote\", \"arguments\": {\"symbol\": " + "[".repeat(100_000);

            assertThatThrownBy(() -> parser.parse(bomb, true))
                    .isInstanceOf(LlamaException.class)
                    .hasMessageContaining("more than 256 brackets");
        }
    }

    @Test
    void asDeepAsIsAllowedIsParsed() {
        try (ChatTemplate template = Templates.TOOLS.parse()) {
            String tools = Templates.QUOTE_TOOL.replace("\"symbol\": {\"type\": \"string\"}", "\"symbol\": {}");
            RenderedPrompt prompt =
                    template.render(ChatInputs.of(Templates.HELLO).withTools(tools, ToolChoice.AUTO, false));
            String deep = "[".repeat(254) + "]".repeat(254);

            try (OutputParser parser = OutputParser.of(prompt)) {
                ParsedMessage message = parser.parse(
                        "<tool_call>\n{\"name\": \"quote\", \"arguments\": {\"symbol\": " + deep + "}}\n</tool_call>",
                        false);

                assertThat(message.toolCalls())
                        .singleElement()
                        .extracting(ParsedToolCall::argumentsJson)
                        .asString()
                        .contains(deep);
            }
        }
    }

    @Test
    void afterClosingItSaysSo() {
        OutputParser parser = OutputParser.of(withTools());
        parser.close();
        parser.close();

        assertThatThrownBy(() -> parser.push("x")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> parser.parse("x", true)).isInstanceOf(IllegalStateException.class);
    }

    private static RenderedPrompt withTools() {
        try (ChatTemplate template = Templates.TOOLS.parse()) {
            return template.render(
                    ChatInputs.of(Templates.HELLO).withTools(Templates.QUOTE_TOOL, ToolChoice.AUTO, false));
        }
    }

    private static final class Gathered {

        final StringBuilder content = new StringBuilder();
        final StringBuilder reasoning = new StringBuilder();
        final StringBuilder names = new StringBuilder();
        final StringBuilder arguments = new StringBuilder();

        void add(Iterable<MessageDelta> deltas) {
            for (MessageDelta delta : deltas) {
                content.append(delta.content());
                reasoning.append(delta.reasoning());
                names.append(delta.toolCall().name());
                arguments.append(delta.toolCall().argumentsJson());
            }
        }
    }
}
