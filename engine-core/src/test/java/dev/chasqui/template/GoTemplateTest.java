package dev.chasqui.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoTemplateTest {

    @Test
    void messagesOfOneRoleBecomeOneAndLoseNothing() {
        Message first = Message.assistant("Let me look.");
        Message second = new Message(
                "assistant", "", "It must be fresh.", List.of(), List.of(call("quote", "{\"b\":1,\"a\":2}")), "", "");
        GoTemplate template = GoTemplate.parse("{{ range .Messages }}[{{ .Role }}|{{ .Content }}|{{ .Thinking }}"
                + "{{ range .ToolCalls }}|{{ .Function.Name }}{{ .Function.Arguments }}{{ end }}]{{ end }}");

        String prompt = template.render(Conversation.of(List.of(Message.user("Price?"), first, second)));

        assertThat(prompt)
                .isEqualTo("[user|Price?|][assistant|Let me look.\n\n|It must be fresh.|quote{\"a\":2,\"b\":1}]");
    }

    @Test
    void resultsOfToolsStayApartAndRolesAreLowerCase() {
        List<Message> messages = List.of(Message.of("USER", "a"), Message.of("Tool", "1"), Message.of("tool", "2"));

        assertThat(GoTemplate.parse("{{ range .Messages }}{{ .Role }}={{ .Content }};{{ end }}")
                        .render(Conversation.of(messages)))
                .isEqualTo("user=a;tool=1;tool=2;");
    }

    @Test
    void aTemplateOfOneTurnIsRenderedForEachAndCutAfterTheLastResponse() {
        GoTemplate template = GoTemplate.parse("<{{ .System }}>{{ .Prompt }}:{{ .Response }}.\n");
        List<Message> messages = List.of(
                Message.system("s"),
                Message.user("a"),
                Message.assistant("b"),
                Message.user("c"),
                Message.assistant("d"));

        assertThat(template.render(Conversation.of(messages))).isEqualTo("<s>a:b.\n<>c:d");
    }

    @Test
    void whatAnElseSaysAfterTheResponseIsCutAsWell() {
        GoTemplate template = GoTemplate.parse("{{ if .Prompt }}{{ .Response }} end{{ else }}else{{ end }} after");

        assertThat(template.render(Conversation.of(List.of(Message.user("a"), Message.assistant("b")))))
                .isEqualTo("b");
        assertThat(template.render(Conversation.of(List.of(Message.system("a")))))
                .isEmpty();
    }

    @Test
    void theLastTurnKnowsFunctionsAndDefinitionsToo() {
        GoTemplate template = GoTemplate.parse(
                "{{ define \"user\" }}<{{ json . }}>{{ end }}{{ template \"user\" .Prompt }}{{ .Response }}");

        assertThat(template.render(Conversation.of(List.of(Message.user("a & b")))))
                .isEqualTo("<\"a \\u0026 b\">");
    }

    @Test
    void aTemplateThatNamesNeitherMessagesNorResponseAnswersAtItsEnd() {
        GoTemplate template = GoTemplate.parse("{{ .Prompt }}");

        assertThat(template.render(
                        Conversation.of(List.of(Message.user("a"), Message.assistant("b"), Message.user("c")))))
                .isEqualTo("abc");
        assertThat(template.source()).isEqualTo("{{ .Prompt }}");
    }

    @Test
    void aGapIsFilledBetweenPromptAndSuffix() {
        GoTemplate template = GoTemplate.parse("<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{ .Response }}.");

        assertThat(template.traits().usesSuffix()).isTrue();
        assertThat(template.renderInsert("if (", ") {}", Think.DEFAULT)).isEqualTo("<PRE>if (<SUF>) {}<MID>.");
    }

    @Test
    void thinkingLevelsReachTheTemplate() {
        GoTemplate template = GoTemplate.parse("{{ .Think }} {{ .ThinkLevel }} {{ .IsThinkSet }} {{ .Response }}");
        Conversation conversation = Conversation.of(List.of(Message.user("")));

        assertThat(template.render(conversation)).isEqualTo("false  false ");
        assertThat(template.render(conversation.withThink(Think.OFF))).isEqualTo("false  true ");
        assertThat(template.render(conversation.withThink(Think.ON))).isEqualTo("true medium true ");
        assertThat(template.render(conversation.withThink(Think.MAX))).isEqualTo("true max true ");
    }

    @Test
    void aPinnedDateStaysTheSame() {
        GoTemplate template = GoTemplate.parse("{{ currentDate }} after {{ yesterdayDate }}{{ .Response }}");

        assertThat(template.render(Conversation.of(List.of()).withToday(LocalDate.of(2026, 3, 1))))
                .isEqualTo("2026-03-01 after 2026-02-28");
    }

    @Test
    void traitsTellWhatATemplateCanDo() {
        TemplateTraits traits = GoTemplate.parse("""
                {{ if .Tools }}{{ .Tools }}{{ end }}
                {{- range .Messages }}{{ if .Thinking }}<reason>
                {{ .Thinking }}
                </reason>{{ end }}
                {{- if .ToolCalls }}
                <call>{{ range .ToolCalls }}{{ .Function.Name }}{{ end }}</call>
                {{- end }}{{ end }}""").traits();

        assertThat(traits.usesMessages()).isTrue();
        assertThat(traits.usesTools()).isTrue();
        assertThat(traits.usesSuffix()).isFalse();
        assertThat(traits.supportsThinking()).isTrue();
        assertThat(traits.thinkingTags()).contains(new TemplateTraits.Tags("<reason>", "</reason>"));
        assertThat(traits.toolCallPrefix()).isEqualTo("<call>");
    }

    @Test
    void messagesInsideAnExpressionCount() {
        GoTemplate template = GoTemplate.parse("{{ (index .Messages 0).Content }}");

        assertThat(template.traits().usesMessages()).isTrue();
        assertThat(template.render(Conversation.of(List.of(Message.user("a"))))).isEqualTo("a");
    }

    @Test
    void aTemplateWithoutThinkingOrToolsSaysSo() {
        TemplateTraits traits =
                GoTemplate.parse("{{ range .Messages }}{{ .Content }}{{ end }}").traits();

        assertThat(traits.usesTools()).isFalse();
        assertThat(traits.supportsThinking()).isFalse();
        assertThat(traits.toolCallPrefix()).isEqualTo("{");
    }

    @Test
    void aFunctionOnOfferPrintsAsJson() {
        GoTemplate template = GoTemplate.parse(
                "{{ range .Tools }}{{ .Function }}\n{{ .Function.Parameters }}{{ end }}{{ len .Messages }}");

        String prompt = template.render(Conversation.of(List.of()).withTools("""
                [{"type": "function", "function": {"name": "f", "strict": true, "parameters":
                  {"type": "object", "properties": {"b": {"type": "string", "minLength": 1}, "a": {}}}}}]"""));

        assertThat(prompt).isEqualTo("""
                {"name":"f","description":"","parameters":{"type":"object","properties":{"a":{},"b":{"type":"string"}}}}
                {"type":"object","properties":{"a":{},"b":{"type":"string"}}}0""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[5]",
                "[{\"function\": []}]",
                "[{\"function\": {\"name\": 5}}]",
                "[{\"function\": {\"parameters\": {\"properties\": {\"x\": {\"type\": 5}}}}}]",
                "[{\"function\": {\"parameters\": {\"properties\": {\"x\": {\"anyOf\": [{\"required\": [1]}]}}}}}]",
                "[",
                "[1e999]"
            })
    void toolsOfAnotherShapeAreRefusedByName(String tools) {
        Conversation conversation = Conversation.of(List.of()).withTools(tools);

        assertThatThrownBy(() -> GoTemplate.parse("{{ .Messages }}").render(conversation))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessageMatching("tools(\\[0](\\.function(\\.(name|parameters\\.properties\\.x\\.(type|anyOf\\[0]\\."
                        + "required)))?)?)? (must be an? (string|object|array).*|cannot be read: .*)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "5", "{\"a\":", "{\"a\": 1e999}"})
    void aCallWhoseArgumentsAreNoObjectIsRefused(String arguments) {
        Message message = new Message("assistant", "", "", List.of(), List.of(call("quote", arguments)), "", "");

        assertThatThrownBy(() -> GoTemplate.parse("{{ .Messages }}").render(Conversation.of(List.of(message))))
                .isInstanceOf(BackendException.class)
                .hasMessage("the arguments of tool call \"quote\" are no JSON object");
    }

    @Test
    void aSyntaxErrorNamesItsLine() {
        assertThatThrownBy(() -> GoTemplate.parse("one\n{{ if .Prompt }}\n{{ .Prompt }"))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.kind()).isEqualTo(TemplateException.Kind.SYNTAX))
                .hasMessage("template: :3: unexpected \"}\" in operand");
    }

    @Test
    void anErrorOfExecutionNamesPlaceAndField() {
        GoTemplate template = GoTemplate.parse("{{ range .Messages }}\n  é {{ .Contents }}{{ end }}");

        assertThatThrownBy(() -> template.render(Conversation.of(List.of(Message.user("a")))))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.kind()).isEqualTo(TemplateException.Kind.EXECUTION))
                .hasMessage("template: :2:8: executing \"\" at <.Contents>: can't evaluate field Contents in type"
                        + " *template.templateMessage");
    }

    private static ToolCall call(String name, String arguments) {
        return new ToolCall("call_1", name, arguments);
    }
}
