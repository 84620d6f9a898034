package dev.chasqui.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Go itself made of the same templates and data.
///
/// `golden/language.jsonl` was recorded from Go 1.26's `text/template` with Ollama's functions,
/// `golden/conversations.jsonl` from Ollama's packages `template`, `thinking` and `tools` of August 2026,
/// with the two methods that ollama/ollama#18391 adds. The date was 2026-09-14.
class GoldenTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final LocalDate TODAY = LocalDate.of(2026, 9, 14);

    static Stream<Arguments> language() {
        return lines("language.jsonl")
                .map(line -> Arguments.of(
                        line.get("about").stringValue(), line.get("template").stringValue(), line));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("language")
    void theLanguageIsGos(String about, String template, JsonNode recorded) {
        Value data = JsonTree.sorted(JsonTree.parse(Resources.text("golden/language-data.json")));

        if (recorded.has("output")) {
            assertThat(render(template, data)).isEqualTo(recorded.get("output").stringValue());
        } else {
            assertThatThrownBy(() -> render(template, data))
                    .isInstanceOf(TemplateException.class)
                    .hasMessage(recorded.get("error").stringValue());
        }
    }

    static Stream<Arguments> conversations() {
        return lines("conversations.jsonl").map(line -> Arguments.of(template(line), line));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void theRulesOfExecutionAreOllamas(String template, JsonNode recorded) {
        GoTemplate parsed = GoTemplate.parse(template);

        if (recorded.has("output")) {
            assertThat(render(parsed, recorded))
                    .isEqualTo(recorded.get("output").stringValue());
        } else {
            assertThatThrownBy(() -> render(parsed, recorded))
                    .isInstanceOf(TemplateException.class)
                    .hasMessage(recorded.get("error").stringValue());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void soIsWhatATemplateTellsAboutItself(String template, JsonNode recorded) {
        TemplateTraits traits = GoTemplate.parse(template).traits();

        assertThat(traits.variables()).isEqualTo(Set.copyOf(texts(recorded.path("variables"))));
        assertThat(traits.toolCallPrefix())
                .isEqualTo(recorded.get("toolCallPrefix").stringValue());
        assertThat(traits.thinkingTags()
                        .map(tags -> List.of(tags.opening(), tags.closing()))
                        .orElse(List.of()))
                .isEqualTo(texts(recorded.path("thinkingTags")));
    }

    private static String render(String template, Value data) {
        Budget budget = new Budget(Limits.STANDARD, System::nanoTime);
        Run run = new Run(template, Parser.parse(template), budget, new Output(budget), TODAY);
        Execution.main(run, data);
        return run.output().toString();
    }

    private static String render(GoTemplate template, JsonNode recorded) {
        Think think = think(recorded.path("think"));
        if (recorded.has("suffix")) {
            String prompt = recorded.get("prompt").stringValue();
            return template.renderInsert(prompt, recorded.get("suffix").stringValue(), think);
        }
        List<Message> messages = new ArrayList<>();
        recorded.path("messages").forEach(message -> messages.add(message(message)));
        Conversation conversation = Conversation.of(messages).withThink(think).withToday(TODAY);
        if (recorded.has("tools")) conversation = conversation.withTools(Resources.text("golden/tools.json"));
        return template.render(conversation);
    }

    private static Message message(JsonNode node) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : node.path("tool_calls")) {
            JsonNode function = call.get("function");
            calls.add(new ToolCall(
                    call.get("id").stringValue(),
                    function.get("name").stringValue(),
                    function.get("arguments").toString()));
        }
        return new Message(
                node.path("role").stringValue(""),
                node.path("content").stringValue(""),
                node.path("thinking").stringValue(""),
                texts(node.path("images")).stream()
                        .map(Base64.getDecoder()::decode)
                        .toList(),
                calls,
                node.path("tool_name").stringValue(""),
                node.path("tool_call_id").stringValue(""));
    }

    private static Think think(JsonNode node) {
        if (node.isBoolean()) return node.booleanValue() ? Think.ON : Think.OFF;
        return node.isString() ? Think.valueOf(node.stringValue().toUpperCase(Locale.ROOT)) : Think.DEFAULT;
    }

    private static String template(JsonNode line) {
        return line.has("family")
                ? Resources.text("families/" + line.get("family").stringValue() + ".gotmpl")
                : line.get("template").stringValue();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.stringValue()));
        return texts;
    }

    private static Stream<JsonNode> lines(String name) {
        return Resources.text("golden/" + name).lines().map(JSON::readTree);
    }
}
