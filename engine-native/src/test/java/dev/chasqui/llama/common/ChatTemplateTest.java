package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.LlamaException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {

    @Test
    void aChatWithoutASystemMessageGetsTheTemplatesOwn() {
        try (ChatTemplate template = Templates.CHATML.parse()) {
            RenderedPrompt rendered = template.render(ChatInputs.of(Templates.HELLO));

            assertThat(rendered.prompt()).isEqualTo("""
                            <|im_start|>system
                            You are a test.<|im_end|>
                            <|im_start|>user
                            Hello<|im_end|>
                            <|im_start|>assistant
                            """);
            assertThat(rendered.generationPrompt()).isEqualTo("<|im_start|>assistant\n");
            assertThat(rendered.grammar()).isEmpty();
        }
    }

    @Test
    void anEmptySystemMessageIsASystemMessage() {
        String messages = """
                [{"role": "system", "content": ""}, {"role": "user", "content": "Hello"}]""";

        try (ChatTemplate template = Templates.CHATML.parse()) {
            assertThat(template.render(ChatInputs.of(messages)).prompt())
                    .startsWith("<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHello");
        }
    }

    @Test
    void emojiAndNulAndEveryOtherCharacterPassUnchanged() {
        String messages = """
                [{"role": "user", "content": "a\\u0000b \\ud83d\\ude80 \uD83D\uDE80 \u00e9\u4e2d"}]""";

        try (ChatTemplate template = Templates.CHATML.parse()) {
            String prompt = template.render(ChatInputs.of(messages)).prompt();

            assertThat(prompt).contains("user\na\0b \uD83D\uDE80 \uD83D\uDE80 \u00e9\u4e2d<|im_end|>");
        }
    }

    @Test
    void withoutAGenerationPromptTheChatEndsWithItsLastMessage() {
        try (ChatTemplate template = Templates.CHATML.parse()) {
            ChatInputs inputs = ChatInputs.of(Templates.HELLO).withoutGenerationPrompt();

            assertThat(template.render(inputs).prompt()).endsWith("Hello<|im_end|>\n");
        }
    }

    @Test
    void anAnswerThatWasBegunIsContinued() {
        String messages = """
                [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good mor"}]""";

        try (ChatTemplate template = Templates.CHATML.parse()) {
            ChatInputs inputs = ChatInputs.of(messages).continuingFinalMessage();

            assertThat(template.render(inputs).prompt()).endsWith("<|im_start|>assistant\nGood mor");
        }
    }

    @Test
    void aSecondRequestThatAsksAlikeGetsItsOwnMessagesAndTheSameRest() {
        try (ChatTemplate known = Templates.TOOLS.parse();
                ChatTemplate fresh = Templates.TOOLS.parse()) {
            known.render(ChatInputs.of(Templates.HELLO).withTools(Templates.QUOTE_TOOL, ToolChoice.AUTO, false));

            ChatInputs other = ChatInputs.of("""
                    [{"role": "user", "content": "Bye"}]""").withTools(Templates.QUOTE_TOOL, ToolChoice.AUTO, false);
            RenderedPrompt second = known.render(other);

            assertThat(second.prompt()).contains("user\nBye<|im_end|>").doesNotContain("Hello");
            assertThat(second)
                    .usingRecursiveComparison()
                    .ignoringFields("parserState")
                    .isEqualTo(fresh.render(other));
            assertThat(second.parserState().bytes())
                    .isEqualTo(fresh.render(other).parserState().bytes());
        }
    }

    @Test
    void toolsAreShownAndALazyGrammarWaitsForACall() {
        try (ChatTemplate template = Templates.TOOLS.parse()) {
            RenderedPrompt rendered = template.render(
                    ChatInputs.of(Templates.HELLO).withTools(Templates.QUOTE_TOOL, ToolChoice.AUTO, false));

            assertThat(rendered.prompt()).contains("\"name\": \"quote\"", "\"required\": [\"symbol\"]");
            assertThat(rendered.grammar()).contains("root ::=", "quote");
            assertThat(rendered.grammarLazy()).isTrue();
            assertThat(rendered.triggers())
                    .anyMatch(trigger -> trigger.kind() == GrammarTrigger.Kind.WORD
                            && trigger.value().startsWith("<tool_call>"));
        }
    }

    @Test
    void aRequiredCallIsConstrainedFromItsFirstToken() {
        try (ChatTemplate template = Templates.TOOLS.parse()) {
            RenderedPrompt rendered = template.render(ChatInputs.of(Templates.HELLO)
                    .withTools(Templates.QUOTE_TOOL, ToolChoice.function("quote"), false));

            assertThat(rendered.grammar()).isNotEmpty();
            assertThat(rendered.grammarLazy()).isFalse();
        }
    }

    @Test
    void aToolThatIsNotOnOfferCannotBeRequired() {
        try (ChatTemplate template = Templates.TOOLS.parse()) {
            ChatInputs inputs =
                    ChatInputs.of(Templates.HELLO).withTools(Templates.QUOTE_TOOL, ToolChoice.function("sell"), false);

            assertThatThrownBy(() -> template.render(inputs))
                    .isInstanceOf(LlamaException.class)
                    .hasMessageContaining("'sell', which is not among the tools");
        }
    }

    @Test
    void aSchemaBecomesTheGrammarOfTheAnswer() {
        try (ChatTemplate template = Templates.CHATML.parse()) {
            RenderedPrompt rendered =
                    template.render(ChatInputs.of(Templates.HELLO).withJsonSchema("""
                            {"type": "object", "properties": {"side": {"enum": ["BUY", "SELL"]}}, "required": ["side"]}"""));

            assertThat(rendered.grammar()).contains("BUY", "SELL");
            assertThat(rendered.grammarLazy()).isFalse();
        }
    }

    @Test
    void thinkingIsSwitchedOffInTheTemplatesWords() {
        try (ChatTemplate template = Templates.THINKING.parse()) {
            ChatInputs hello = ChatInputs.of(Templates.HELLO);

            assertThat(template.render(hello).prompt()).endsWith("<|im_start|>assistant\n");
            assertThat(template.render(hello).thinkingStartTag()).isEqualTo("<think>");
            assertThat(template.render(hello).thinkingEndTags()).containsExactly("</think>");
            assertThat(template.render(hello.withThinking(false)).prompt())
                    .endsWith("<|im_start|>assistant\n<think>\n\n</think>\n\n");
        }
    }

    @Test
    void capabilitiesAreWhatTheTemplateCanShow() {
        try (ChatTemplate plain = Templates.CHATML.parse();
                ChatTemplate tools = Templates.TOOLS.parse();
                ChatTemplate thinking = Templates.THINKING.parse()) {
            assertThat(plain.capabilities())
                    .returns(false, TemplateCapabilities::tools)
                    .returns(false, TemplateCapabilities::thinking)
                    .returns(true, TemplateCapabilities::systemRole);
            assertThat(tools.capabilities())
                    .returns(true, TemplateCapabilities::tools)
                    .returns(true, TemplateCapabilities::toolCalls);
            assertThat(thinking.capabilities()).returns(true, TemplateCapabilities::thinking);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strftime_now('%Y-%m-%d')", "strftime_now(\"%d %b %Y\")", "date_string", "datetime"})
    void aPinnedClockGivesTheSamePromptOnAnyDay(String expression) {
        String source = "{{ " + expression + " }}" + Templates.CHATML.source();

        try (ChatTemplate template = ChatTemplate.parse(source, "", "")) {
            ChatInputs pinned = ChatInputs.of(Templates.HELLO).withNow(Instant.parse("2020-02-29T12:00:00Z"));

            assertThat(template.render(pinned).prompt()).containsAnyOf("2020-02-29", "29 Feb 2020", "Feb 29 2020");
            assertThat(template.render(ChatInputs.of(Templates.HELLO)).prompt())
                    .doesNotContain("2020-02-29", "29 Feb 2020", "Feb 29 2020")
                    .containsPattern("20\\d\\d");
        }
    }

    @Test
    void variablesReachTheTemplate() {
        try (ChatTemplate template = ChatTemplate.parse("{{ reasoning_effort }} {{ house.name }}", "", "")) {
            ChatInputs inputs = ChatInputs.of(Templates.HELLO)
                    .withReasoningEffort("low")
                    .withVariable("house", "{\"name\": \"Chasqui\"}");

            assertThat(template.render(inputs).prompt()).isEqualTo("low Chasqui");
        }
    }

    @Test
    void chatMlServesModelsWithoutATemplate() {
        try (ChatTemplate template = ChatTemplate.chatMl()) {
            assertThat(template.render(ChatInputs.of(Templates.HELLO)).prompt())
                    .isEqualTo("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{% for %}", "{{ 'a' + }}", "{% unheard_of %}"})
    void aSyntaxErrorIsReportedInWords(String broken) {
        assertThatThrownBy(() -> ChatTemplate.parse(broken, "", ""))
                .isInstanceOf(LlamaException.class)
                .message()
                .isNotEqualTo("std::exception")
                .isNotBlank();
    }

    @Test
    void whatATemplateRaisesIsInTheMessage() {
        String source = "{% if messages | length > 1 %}{{ raise_exception('one \u00e9 \uD83D\uDE80 only') }}{% endif %}"
                + Templates.CHATML.source();
        String messages = """
                [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]""";

        try (ChatTemplate template = ChatTemplate.parse(source, "", "")) {
            assertThatThrownBy(() -> template.render(ChatInputs.of(messages)))
                    .isInstanceOf(LlamaException.class)
                    .hasMessageContaining("one \u00e9 \uD83D\uDE80 only");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"role\": \"user\"}]",
                "[{\"content\": \"x\"}]",
                "[1]",
                "[{\"role\": \"user\", \"content\": {}}]",
                "[{\"role\": \"user\", \"content\":",
                "[{\"role\": 7, \"content\": \"x\"}]"
            })
    void messagesOfTheWrongShapeAreRefused(String messages) {
        try (ChatTemplate template = Templates.CHATML.parse()) {
            assertThatThrownBy(() -> template.render(ChatInputs.of(messages))).isInstanceOf(LlamaException.class);
        }
    }

    @Test
    void bombsAreRefusedBeforeNativeCodeSeesThem() {
        String deep = "[".repeat(65) + "]".repeat(65);
        String blocks = "{% if true %}".repeat(20_000) + "{% endif %}".repeat(20_000);

        assertThatThrownBy(() -> ChatInputs.of(deep)).hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> ChatInputs.of("{}")).hasMessageContaining("must be a JSON array");
        assertThatThrownBy(() -> ChatInputs.of(Templates.HELLO).withVariable("x", deep))
                .hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> ChatTemplate.parse(blocks, "", "")).hasMessageContaining("deeper than 128 blocks");
        assertThatThrownBy(() -> ChatTemplate.parse("{{ " + "(".repeat(200) + " }}", "", ""))
                .hasMessageContaining("deeper than 128 brackets");
        assertThatThrownBy(() -> ChatTemplate.parse("{{ 1" + "+1".repeat(30_000) + " }}", "", ""))
                .hasMessageContaining("tag longer than");
        assertThatThrownBy(() -> ChatTemplate.parse("x".repeat((1 << 20) + 1), "", ""))
                .hasMessageContaining("longer than 1048576 bytes");
        assertThatThrownBy(() -> ChatTemplate.parse(" ", "", "")).hasMessageContaining("empty");
    }

    @Test
    void aBombInsideATextOfArgumentsIsRefusedToo() {
        String messages = "[{\"role\": \"assistant\", \"content\": \"\", \"tool_calls\": [{\"type\": \"function\","
                + " \"function\": {\"name\": \"f\", \"arguments\": \"" + "[".repeat(5000) + "\"}}]}]";

        try (ChatTemplate template = Templates.TOOLS.parse()) {
            assertThatThrownBy(() -> template.render(ChatInputs.of(messages)))
                    .isInstanceOf(LlamaException.class)
                    .hasMessageContaining("nested deeper than 64");
        }
    }

    @Test
    void closingWhileOthersRenderHarmsNobody() throws Exception {
        ChatTemplate template = Templates.CHATML.parse();
        CountDownLatch rendering = new CountDownLatch(4);
        List<Future<Integer>> renderers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                renderers.add(threads.submit(() -> rendersUntilClosed(template, rendering)));
            }
            rendering.await();
            template.close();
            template.close();

            for (Future<Integer> renderer : renderers)
                assertThat(renderer.get()).isPositive();
        }
        assertThatThrownBy(template::capabilities)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the chat template is closed");
    }

    private static int rendersUntilClosed(ChatTemplate template, CountDownLatch rendering) {
        int count = 0;
        try {
            while (true) {
                assertThat(template.render(ChatInputs.of(Templates.HELLO)).prompt())
                        .contains("Hello");
                if (count++ == 0) rendering.countDown();
            }
        } catch (IllegalStateException closed) {
            return count;
        }
    }
}
