package dev.chasqui.misuse;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.engine.Engine;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import dev.chasqui.llama.common.ChatInputs;
import dev.chasqui.llama.common.ChatTemplate;
import dev.chasqui.llama.common.OutputParser;
import dev.chasqui.llama.common.ToolChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Schemas, grammars and templates that are too deep, too wide or endless.
final class FormatMisuses {

    private static final String USER = "[{\"role\": \"user\", \"content\": \"Hi\"}]";

    private FormatMisuses() {}

    static List<Misuse> all(Path tiny) {
        Engine engine = Engine.open(tiny, Configured.CONFIG);
        LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
        LlamaContext context =
                model.newContext(ContextSettings.of(256).withBatch(16, 16).withThreads(1, 1));
        List<Misuse> misuses = new ArrayList<>();
        for (int depth : new int[] {100, 1_000, 10_000, 100_000}) {
            misuses.add(Misuse.eitherEach(
                    "a format nested " + depth + " deep in",
                    List.of(
                            nested("{\"type\":\"array\",\"items\":", "{}", "}", depth),
                            nested("{\"properties\":{\"a\":", "{}", "}}", depth),
                            nested("{\"anyOf\":[", "{}", "]}", depth),
                            nested("{\"not\":", "{}", "}", depth),
                            nested("[", "", "]", depth)),
                    format -> format(engine, format)));
            misuses.add(Misuse.refusedEach(
                    "a grammar nested " + depth + " deep in",
                    List.of("root ::= " + nested("(", "\"a\"", ")", depth), "root ::= " + "(".repeat(depth)),
                    grammar -> grammar(context, grammar)));
        }
        misuses.addAll(List.of(
                Misuse.eitherEach(
                        "a format of",
                        List.of(
                                "",
                                "null",
                                "\"xml\"",
                                "{",
                                "[]",
                                "1e999",
                                "{\"$ref\": \"#\"}",
                                "{\"$ref\": \"#/a/b\"}",
                                "{\"$ref\": \"http://localhost/x\"}",
                                "{\"enum\": []}",
                                "{\"type\": \"integer\", \"minimum\": 1e999}",
                                "{\"type\": \"string\", \"maxLength\": 9223372036854775807}",
                                "{\"type\": \"array\", \"minItems\": 2147483647}",
                                "{\"required\": [\"a\"], \"additionalProperties\": false}"),
                        format -> format(engine, format)),
                Misuse.eitherEach(
                        "a format with the pattern",
                        List.of(
                                "((((".repeat(2_000),
                                "(a*)*b",
                                "a{100000}",
                                "(a{1000}){1000}",
                                "[",
                                "*",
                                "(?<=a)b",
                                "\\\\p{L}{999}",
                                "a|".repeat(10_000)),
                        pattern -> format(engine, "{\"type\": \"string\", \"pattern\": \"" + pattern + "\"}")),
                Misuse.either(
                        "a format of a hundred thousand words",
                        () -> format(engine, "{\"enum\": [" + numbered(100_000, i -> "\"w" + i + "\"") + "]}")),
                Misuse.either(
                        "a format of five thousand properties",
                        () -> format(
                                engine,
                                "{\"type\": \"object\", \"properties\": {" + numbered(5_000, i -> "\"p" + i + "\": {}")
                                        + "}}")),
                Misuse.refusedEach(
                        "a grammar that is",
                        List.of(
                                "",
                                "x ::= \"a\"",
                                "root ::= root \"a\" | \"b\"",
                                "root ::= missing",
                                "root ::= \"",
                                "root ::= [",
                                "%llguidance {}",
                                "root ::= \"a\"\0",
                                "root ::= \"a\"{0,1000000}",
                                "root ::= " + numbered(100_000, i -> "\"a\"").replace(',', '|'),
                                IntStream.range(0, 3_000)
                                        .mapToObj(i -> "r" + i + " ::= r" + (i + 1))
                                        .collect(Collectors.joining("\n")),
                                "x".repeat(2 << 20)),
                        grammar -> grammar(context, grammar)),
                Misuse.refused(
                        "a grammar that does not begin as the prompt ends",
                        () -> context.sampler(Sampling.GREEDY.withGrammar("root ::= \"a\"", "b"))),
                Misuse.either("drawing on when the grammar is over", () -> {
                    TokenSampler sampler = context.sampler(Sampling.GREEDY.withGrammar("root ::= \"a\"", ""));
                    int position = context.nextPosition(0);
                    for (int i = 0; i < 4; i++) {
                        TokenBatch row = new TokenBatch(1);
                        row.add(5, position++, 0, true);
                        context.decode(row);
                        sampler.sample(0);
                    }
                }),
                Misuse.refusedEach(
                        "a template that loops or multiplies without measure:",
                        List.of(
                                "{% for i in range(300000000) %}x{% endfor %}",
                                "{% if messages[0].content == 'Hi' %}{% for i in range(25000) %}{% for j in range(25000) %}x"
                                        + "{% endfor %}{% endfor %}{% endif %}",
                                "{{ 'x' * 3000000000 }}"),
                        FormatMisuses::render),
                Misuse.refused(
                        "a template whose macro calls itself for ever",
                        () -> render("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}")),
                Misuse.refused(
                        "a template whose macros call one another for ever",
                        () -> render(
                                "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}")),
                Misuse.refused(
                        "a template whose macro calls itself by another name",
                        () -> render(
                                "{% set n = namespace(f=none) %}{% macro m() %}{{ n.f() }}{% endmacro %}{% set n.f = m %}{{ m() }}")),
                Misuse.refused(
                        "a template whose macro is called with itself",
                        () -> render("{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}")),
                Misuse.refused(
                        "a template whose macro calls itself before it begins",
                        () -> render("{% macro m(x=m()) %}x{% endmacro %}{{ m() }}")),
                Misuse.refused(
                        "a template whose block is called by what it calls",
                        () -> render("{% macro m() %}{{ caller() }}{% call m() %}{{ m() }}{% endcall %}{% endmacro %}"
                                + "{% call m() %}{{ m() }}{% endcall %}")),
                Misuse.refusedEach(
                        "a template that is",
                        List.of(
                                "",
                                " ",
                                "{% if",
                                "{% if true %}",
                                "{{ x | nosuchfilter }}{{ raise_exception('x') }}",
                                "{{",
                                "{% if true %}".repeat(5_000) + "{% endif %}".repeat(5_000),
                                "{{ " + "(".repeat(5_000) + "1" + ")".repeat(5_000) + " }}",
                                "{{ 1" + "+1".repeat(30_000) + " }}",
                                "x".repeat(2 << 20)),
                        FormatMisuses::render),
                Misuse.eitherEach(
                        "a template that reaches for files, imports or attributes:",
                        List.of(
                                "{% include '/etc/passwd' %}",
                                "{% import 'os' as os %}{{ os.system('id') }}",
                                "{{ ''.__class__.__mro__ }}",
                                "{{ messages.__init__.__globals__ }}",
                                "{{ self._TemplateReference__context }}"),
                        FormatMisuses::render),
                Misuse.refusedEach(
                        "messages that are",
                        List.of(
                                "",
                                "x",
                                "{}",
                                "[1]",
                                "[null]",
                                "[{}]",
                                "[{\"role\": 1}]",
                                "[".repeat(100_000),
                                "[{\"role\": \"user\", \"content\": " + "[".repeat(3_000) + "]".repeat(3_000) + "}]"),
                        messages -> {
                            try (ChatTemplate template = ChatTemplate.chatMl()) {
                                template.render(ChatInputs.of(messages));
                            }
                        }),
                Misuse.refusedEach(
                        "tools nested so deep:",
                        List.of(100, 3_000, 100_000),
                        depth -> ChatInputs.of(USER)
                                .withTools("[" + nested("{\"a\":", "1", "}", depth) + "]", ToolChoice.AUTO, false)),
                Misuse.refusedEach(
                        "a schema for llama.cpp nested so deep:",
                        List.of(100, 5_000, 100_000),
                        depth -> ChatInputs.of(USER)
                                .withJsonSchema(nested("{\"type\":\"array\",\"items\":", "{}", "}", depth))),
                Misuse.refused(
                        "a schema for llama.cpp with a name of a hundred thousand characters",
                        () -> ChatInputs.of(USER).withJsonSchema("{\"title\": \"" + "x".repeat(100_000) + "\"}")),
                Misuse.refused("a tool that must be called and is not there", () -> {
                    try (ChatTemplate template = ChatTemplate.chatMl()) {
                        template.render(ChatInputs.of(USER)
                                .withTools(
                                        "[{\"type\": \"function\", \"function\": {\"name\": \"a\", \"parameters\": {}}}]",
                                        ToolChoice.function("b"),
                                        false));
                    }
                }),
                Misuse.refused("rendering with a template that is closed", () -> {
                    ChatTemplate template = ChatTemplate.chatMl();
                    template.close();
                    template.close();
                    template.render(ChatInputs.of(USER));
                }),
                Misuse.refused("an answer of three hundred open brackets", () -> parser().parse("[".repeat(300), true)),
                Misuse.refused("an answer of 33 MiB", () -> parser().parse("x".repeat(33 << 20), true)),
                Misuse.refused("reading on with a parser that is closed", () -> {
                    OutputParser parser = parser();
                    parser.close();
                    parser.close();
                    parser.push("x");
                }),
                Misuse.either("pushing more to a parser that was told it is over", () -> {
                    try (OutputParser parser = parser()) {
                        parser.push("x");
                        parser.finish();
                        parser.finish();
                        parser.push("y");
                    }
                }),
                Misuse.borne("all of it, and the model answers as before", () -> Asked.answer(engine))));
        return misuses;
    }

    private static OutputParser parser() {
        try (ChatTemplate template = ChatTemplate.chatMl()) {
            return OutputParser.of(template.render(ChatInputs.of(USER)));
        }
    }

    private static void render(String jinja) {
        try (ChatTemplate template = ChatTemplate.parse(jinja, "", "")) {
            template.render(ChatInputs.of(USER));
        }
    }

    private static void format(Engine engine, String format) {
        Asked.begin(engine.generate(
                GenerateRequest.of(Asked.model(engine), "Hi").withSettings(Asked.SHORT.withFormat(format))));
    }

    private static void grammar(LlamaContext context, String grammar) {
        try (TokenSampler sampler = context.sampler(Sampling.GREEDY.withGrammar(grammar, ""))) {
            sampler.prime(5);
        }
    }

    private static String nested(String open, String inside, String close, int depth) {
        return open.repeat(depth) + inside + close.repeat(depth);
    }

    private static String numbered(int count, java.util.function.IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }
}
