package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.ToolCall;
import dev.chasqui.template.TemplateTraits.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How answers are read for templates in Go's syntax, whatever pieces they come in.
class TaggedSplitterTest {

    private static final Set<String> TOOLS = Set.of("quote", "quote_all", "buy");

    /// An answer taken apart.
    private record Read(String content, String thinking, List<String> calls) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <think>Up or down?</think>BUY          | BUY             | Up or down?
            '  <think>\\nUp?\\n</think>\\n\\nBUY\\n' | 'BUY\\n'       | Up?
            BUY <think>no</think>                  | BUY <think>no</think> | ''
            <think>for ever                        | ''              | for ever
            <think></think>BUY                     | BUY             | ''
            <think>a </thin b</think>c             | c               | a </thin b
            <thi                                   | <thi            | ''
            <thinking>x                            | <thinking>x     | ''
            <think>a</think>b<think>c</think>      | b<think>c</think> | a
            """)
    void thinkingIsTakenOutOfTheContent(String answer, String content, String thinking) {
        String text = answer.replace("\\n", "\n");
        for (Read read : inAnyPieces(text, false, "")) {
            assertThat(read.content).isEqualTo(content.replace("\\n", "\n"));
            assertThat(read.thinking).isEqualTo(thinking);
        }
    }

    @Test
    void aThoughtThatThePromptBeganIsThinkingFromTheFirstWord() {
        for (Read read : inAnyPieces("\nUp.\n</think>\n\nBUY", true, "")) {
            assertThat(read).isEqualTo(new Read("BUY", "Up.", List.of()));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <tool_call> | <tool_call>\\n{"name": "quote", "arguments": {"s": "B}\\"TC"}}\\n</tool_call> | '' | quote{"s":"B}\\"TC"}
            <tool_call> | Well. <tool_call>{"name": "buy"}</tool_call> Done.     | Well. Done.   | buy{}
            <tool_call> | <tool_call>{"name":"quote","arguments":{}}</tool_call>\\n<tool_call>{"name":"buy","parameters":{"n":1.50}}</tool_call> | '' | quote{} buy{"n":1.50}
            <tool_call> | <tool_call>{"name": "sell", "arguments": {}}</tool_call> | <tool_call>{"name": "sell", "arguments": {}}</tool_call> | ''
            <tool_call> | <tool_call>{"name": "quote", "argum                    | <tool_call>{"name": "quote", "argum | ''
            <tool_call> | a <tool and a <tool_call                               | a <tool and a <tool_call            | ''
            '[TOOL_CALLS] [' | [TOOL_CALLS][{"name": "buy", "arguments": {"n": 1}}, {"name": "quote"}] | '' | buy{"n":1} quote{}
            [TOOL_CALLS] | [TOOL_CALLS]quote_all[ARGS]{"n": 1}                   | ''           | quote_all{"n":1}
            <fn>        | <fn>{"function": {"name": "buy", "arguments": "{\\"n\\": 2}"}}  | ''    | buy{"n":2}
            <fn>        | <fn>{"buy": {"n": 3}}                                  | ''           | buy{"n":3}
            {           | ' {"name": "buy", "parameters": {"n": 4}}'              | ''          | buy{"n":4}
            {           | {"price": 4} is it.                                    | {"price": 4} is it. | ''
            {           | I say {"name": "buy", "parameters": {}}                | I say {"name": "buy", "parameters": {}} | ''
            {           | {"name": "buy", "parameters": {                        | {"name": "buy", "parameters": { | ''
            """)
    void callsAreTakenOutOfTheContent(String prefix, String answer, String content, String calls) {
        for (Read read : inAnyPieces(answer.replace("\\n", "\n"), false, prefix)) {
            assertThat(read.content.strip().replaceAll(" +", " ")).isEqualTo(content.replaceAll(" +", " "));
            assertThat(String.join(" ", read.calls)).isEqualTo(calls);
        }
    }

    @Test
    void aCallIsHandedOutAsSoonAsItIsComplete() {
        TaggedSplitter splitter = splitter(false, "<tool_call>");

        assertThat(splitter.piece("<tool_call>{\"name\": \"buy\"", List.of())).isEmpty();
        List<Chunk> chunks = splitter.piece("}</tool", List.of());

        assertThat(chunks).hasSize(1);
        assertThat(chunks.getFirst().toolCalls()).extracting(ToolCall::name).containsExactly("buy");
        assertThat(chunks.getFirst().toolCalls().getFirst().id()).matches("call_[a-z0-9]{8}");
        assertThat(splitter.end()).isEmpty();
    }

    @Test
    void thinkingAndCallsGoTogether() {
        String answer = "<think>A {\"name\": \"buy\"} maybe.</think><tool_call>{\"name\": \"quote\"}</tool_call>";

        for (Read read : inAnyPieces(answer, false, "<tool_call>")) {
            assertThat(read).isEqualTo(new Read("", "A {\"name\": \"buy\"} maybe.", List.of("quote{}")));
        }
    }

    /// Letter by letter, in one piece, and in forty other ways.
    private static List<Read> inAnyPieces(String text, boolean begun, String prefix) {
        List<Read> all = new ArrayList<>();
        for (int seed = 0; seed < 42; seed++) {
            int longest = seed == 0 ? 1 : seed == 1 ? text.length() : 1 + seed % 9;
            Random random = new Random(seed);
            TaggedSplitter splitter = splitter(begun, prefix);
            List<Chunk> chunks = new ArrayList<>();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + (seed == 1 ? longest : 1 + random.nextInt(longest)));
                chunks.addAll(splitter.piece(text.substring(at, end), List.of()));
                at = end;
            }
            chunks.addAll(splitter.end());
            all.add(new Read(
                    chunks.stream().map(Chunk::text).collect(Collectors.joining()),
                    chunks.stream().map(Chunk::thinking).collect(Collectors.joining()),
                    chunks.stream()
                            .flatMap(chunk -> chunk.toolCalls().stream())
                            .map(call -> call.name() + call.argumentsJson())
                            .toList()));
        }
        return all;
    }

    private static TaggedSplitter splitter(boolean begun, String prefix) {
        return new TaggedSplitter(
                Optional.of(new ThoughtText(Tags.DEFAULT, begun)),
                Optional.of(prefix).filter(text -> !text.isEmpty()).map(text -> new ToolCallText(text, TOOLS)));
    }
}
