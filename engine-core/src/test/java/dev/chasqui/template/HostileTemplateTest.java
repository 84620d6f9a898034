package dev.chasqui.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.ToolCall;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates that mean no good. Each runs on a thread with little stack, and must end soon.
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTemplateTest {

    private static final int LITTLE_STACK = 256 << 10;
    private static final Conversation HELLO = Conversation.of(List.of(Message.user("Hello")));

    static final List<Arguments> bombs = List.of(
            Arguments.of("loops", "{{ range 25000 }}{{ range 25000 }}x{{ end }}{{ end }}{{ .Messages }}"),
            Arguments.of("loops that write nothing", "{{ range 2000000000 }}{{ end }}{{ .Messages }}"),
            Arguments.of(
                    "a text that doubles", "{{ $x := .System }}{{ range 60 }}{{ $x = print $x $x \"x\" }}{{ end }}"),
            Arguments.of(
                    "a format that doubles", "{{ $x := \"%s%s\" }}{{ range 60 }}{{ $x = printf $x $x $x }}{{ end }}"),
            Arguments.of("a quotation that grows", "{{ $x := \"\\\\\" }}{{ range 60 }}{{ $x = json $x }}{{ end }}"),
            Arguments.of("many wide numbers", "{{ range 100000 }}{{ printf \"%1000d\" . }}{{ end }}"),
            Arguments.of(
                    "a template in itself", "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}"),
            Arguments.of(
                    "two templates in each other",
                    "{{ define \"a\" }}{{ if 1 }}{{ template \"b\" (print (print .)) }}{{ end }}{{ end }}"
                            + "{{ define \"b\" }}{{ with 1 }}{{ template \"a\" . }}{{ end }}{{ end }}{{ template \"a\" . }}"),
            Arguments.of(
                    "a tree of templates",
                    "{{ define \"r\" }}{{ if . }}{{ template \"r\" (slice . 1) }}{{ template \"r\" (slice . 1) }}{{ end }}"
                            + "{{ end }}{{ template \"r\" \"" + "x".repeat(28) + "\" }}"));

    @ParameterizedTest(name = "{0}")
    @FieldSource("bombs")
    void aBombIsGivenUp(String about, String template) throws Exception {
        GoTemplate parsed = GoTemplate.parse(template);

        assertThat(failure(() -> parsed.render(HELLO))).isEqualTo(TemplateException.Kind.LIMIT);
    }

    static final List<Arguments> giants = List.of(
            Arguments.of("deep ifs", "{{if 1}}".repeat(100_000)),
            Arguments.of("deep ifs that end", "{{if 1}}".repeat(65) + "{{end}}".repeat(65)),
            Arguments.of("a long chain of ifs", "{{if 0}}" + "{{else if 0}}".repeat(70_000) + "{{end}}"),
            Arguments.of("deep parentheses", "{{" + "(".repeat(100_000)),
            Arguments.of("deep parentheses that end", "{{" + "(".repeat(65) + "1" + ")".repeat(65) + "}}"),
            Arguments.of("deep blocks", "{{block \"a\" .}}".repeat(60_000)),
            Arguments.of("too much text", "x".repeat((1 << 20) + 1)),
            Arguments.of("too much text, not in ASCII", "é".repeat((1 << 19) + 1)),
            Arguments.of("too many words", "{{.}}".repeat(100_000)),
            Arguments.of("too many fields", "{{." + "a.a".repeat(200_000) + "}}"));

    @ParameterizedTest(name = "{0}")
    @FieldSource("giants")
    void aGiantIsRefused(String about, String template) throws Exception {
        assertThat(failure(() -> GoTemplate.parse(template).source())).isEqualTo(TemplateException.Kind.LIMIT);
    }

    static final List<Arguments> monsters = List.of(
            Arguments.of("a long number", "{{" + "1".repeat(1_000_000) + "}}"),
            Arguments.of("a long hexadecimal number", "{{0x" + "f_f".repeat(300_000) + "}}"),
            Arguments.of("a long fraction", "{{0." + "1".repeat(1_000_000) + "e9}}"),
            Arguments.of("a large exponent", "{{1e999999999}}"),
            Arguments.of("a long name", "{{" + "a".repeat(1_000_000) + "}}"),
            Arguments.of("an open string", "{{\"" + "a\\\\".repeat(300_000)),
            Arguments.of("an open comment", "{{/*".repeat(200_000)),
            Arguments.of("only spaces", "{{" + " ".repeat(1_000_000)),
            Arguments.of("only ends", "{{end}}".repeat(100_000)));

    @ParameterizedTest(name = "{0}")
    @FieldSource("monsters")
    void aMonsterIsNoTemplate(String about, String template) throws Exception {
        assertThat(failure(() -> GoTemplate.parse(template).source())).isEqualTo(TemplateException.Kind.SYNTAX);
    }

    @Test
    void manyCommentsAreJustSkipped() throws Exception {
        String template = "{{/**/}}".repeat(120_000) + "{{ .Prompt }}";

        assertThat(onLittleStack(() -> GoTemplate.parse(template).render(HELLO)))
                .isEqualTo("Hello");
    }

    @Test
    void aMessageAboutALongTemplateStaysShort() {
        String template = "{{ " + "a".repeat(100_000) + " }}";

        assertThatThrownBy(() -> GoTemplate.parse(template))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600).startsWith("template: :1: function"));
    }

    @Test
    void sixtyFourLevelsAreFine() throws Exception {
        String ifs = "{{if 1}}".repeat(64) + "deep" + "{{end}}".repeat(64);
        String parentheses = "{{" + "(".repeat(64) + "print .Prompt" + ")".repeat(64) + "}}";
        String recursion = "{{ define \"r\" }}{{ if . }}{{ len . }} {{ template \"r\" (slice . 1) }}{{ end }}{{ end }}"
                + "{{ template \"r\" .Prompt }}";

        assertThat(onLittleStack(() -> GoTemplate.parse(ifs).render(HELLO))).isEqualTo("deep");
        assertThat(onLittleStack(() -> GoTemplate.parse(parentheses).render(HELLO)))
                .isEqualTo("Hello");
        assertThat(onLittleStack(() -> GoTemplate.parse(recursion).render(HELLO)))
                .isEqualTo("5 4 3 2 1 ");
    }

    @Test
    void aSlowRenderingIsGivenUpWhenItsTimeIsOver() {
        AtomicLong clock = new AtomicLong();
        Budget budget = new Budget(Limits.STANDARD, () -> clock.getAndAdd(TimeUnit.MILLISECONDS.toNanos(10)));
        String source = "{{ range 100000 }}{{ end }}";
        Run run = new Run(source, Parser.parse(source), budget, new Output(budget), LocalDate.EPOCH);

        assertThatThrownBy(() -> Execution.main(run, Value.of("")))
                .isInstanceOf(TemplateException.class)
                .hasMessage("template: gave up after 250 ms");
        assertThat(clock.get()).isLessThan(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void aLongConversationIsNoBomb() {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            messages.add(i % 2 == 0 ? Message.user("q".repeat(2_000)) : Message.assistant("a".repeat(2_000)));
        }
        Conversation conversation = Conversation.of(messages);
        Budget budget = new Budget(Limits.STANDARD, () -> 0); // the machine may be slow, the template is not
        String source = Resources.text("families/chatml.gotmpl");
        Run run = new Run(source, Parser.parse(source), budget, new Output(budget), LocalDate.EPOCH);

        Execution.main(run, ChatValues.chat(Collation.of(messages), conversation));

        assertThat(run.output().toString()).hasSizeGreaterThan(2_000_000).endsWith("<|im_start|>assistant\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ .Messages.getClass }}",
                "{{ .System.class.forName }}{{ .Messages }}",
                "{{ (index .Messages 0).Content.bytes }}",
                "{{ call .Messages }}",
                "{{ include \"/etc/passwd\" }}",
                "{{ env \"HOME\" }}",
                "{{ template \"/etc/passwd\" }}{{ .Messages }}",
                "{{ html .System }}",
                "{{ js .System }}",
                "{{ urlquery .System }}",
                "{{ printf \"%p\" .Messages }}",
                "{{ printf \"%1001d\" 1 }}{{ .Messages }}",
                "{{ printf \"%.1001f\" 1.0 }}{{ .Messages }}",
                "{{ printf \"%*d\" 1 1 }}{{ .Messages }}",
                "{{ .Messages }}"
            })
    void nothingButTheConversationCanBeReached(String template) {
        assertThatThrownBy(() -> GoTemplate.parse(template).render(HELLO)).isInstanceOf(TemplateException.class);
    }

    @Test
    void jsonNestedTooDeepIsRefused() throws Exception {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        String arguments = "{\"a\":" + deep + "}";
        ToolCall call = new ToolCall("", "f", arguments);
        Message message = new Message("assistant", "", "", List.of(), List.of(call), "", "");
        GoTemplate template = GoTemplate.parse("{{ range .Messages }}{{ .ToolCalls }}{{ end }}");

        assertThat(onLittleStack(
                        () -> catchThrowableOfType(BackendException.class, () -> template.render(HELLO.withTools(deep)))
                                .getMessage()))
                .startsWith("tools cannot be read");
        assertThat(onLittleStack(() -> catchThrowableOfType(
                                BackendException.class, () -> template.render(Conversation.of(List.of(message))))
                        .getMessage()))
                .isEqualTo("the arguments of tool call \"f\" are no JSON object");
    }

    private interface Rendering {
        String render();
    }

    private static TemplateException.Kind failure(Rendering rendering) throws Exception {
        return TemplateException.Kind.valueOf(
                onLittleStack(() -> catchThrowableOfType(TemplateException.class, rendering::render)
                        .kind()
                        .name()));
    }

    private static String onLittleStack(Rendering rendering) throws Exception {
        FutureTask<String> task = new FutureTask<>(rendering::render);
        Thread thread = new Thread(null, task, "little stack", LITTLE_STACK);
        thread.start();
        return task.get();
    }
}
