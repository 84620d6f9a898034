package dev.chasqui.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import dev.chasqui.llama.common.ChatInputs;
import dev.chasqui.llama.common.ChatTemplate;
import dev.chasqui.llama.common.ToolChoice;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Templates in the shape of the models' own, in Go's syntax and in Jinja. llama.cpp renders the latter.
class FamiliesTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String NOON = "2026-09-14T12:00:00Z";

    private static final List<String> PLAIN = List.of("chatml", "gemma", "deepseek-r1", "phi4", "alpaca");
    private static final List<String> WITH_TOOLS = List.of("llama3", "mistral", "qwen3", "granite", "command-r");

    private static final String TOOLS = """
            [{"type":"function","function":{"name":"get_quote","description":"The last price of a \\"symbol\\"","parameters":\
            {"type":"object","required":["symbol"],"properties":{"depth":{"type":"integer","description":"levels"},\
            "symbol":{"type":"string","description":"such as BTC","enum":["BTC","ETH"]}}}}},\
            {"type":"function","function":{"name":"place_order","description":"Places an order","parameters":\
            {"type":"object","required":["side"],"properties":{"side":{"type":"string","description":"BUY or SELL"}}}}}]""";

    private static final Message USER = Message.user("Is BTC cheap? \"Now\"?\n☃");
    private static final Message ANSWER = Message.assistant("It is 5 % cheaper than yesterday.");
    private static final Message SYSTEM = Message.system("You trade.\nYou are brief.");
    private static final Message CALL = assistant(
            "",
            "",
            new ToolCall("call_1", "get_quote", "{\"depth\":5,\"symbol\":\"BTC\"}"),
            new ToolCall("call_2", "place_order", "{\"side\":\"BUY\"}"));
    private static final Message RESULT =
            new Message("tool", "{\"price\": 64000.5}", "", List.of(), List.of(), "get_quote", "call_1");

    private static final Map<String, List<Message>> CONVERSATIONS = new LinkedHashMap<>();

    static {
        CONVERSATIONS.put("one question", List.of(USER));
        CONVERSATIONS.put("a system message", List.of(SYSTEM, USER));
        CONVERSATIONS.put("a second question", List.of(USER, ANSWER, Message.user("And ETH?")));
        CONVERSATIONS.put("all of them", List.of(SYSTEM, USER, ANSWER, Message.user("And ETH?"), ANSWER, USER));
        CONVERSATIONS.put(
                "thinking before the answer",
                List.of(USER, assistant("Compare.\nThen decide.", "Yes."), Message.user("Sure?")));
    }

    private static final Map<String, List<Message>> WITH_CALLS = new LinkedHashMap<>();

    static {
        WITH_CALLS.put("a call and its result", List.of(USER, CALL, RESULT));
        WITH_CALLS.put(
                "a question after a call", List.of(SYSTEM, USER, CALL, RESULT, ANSWER, Message.user("Then buy.")));
        WITH_CALLS.put(
                "two results in a row",
                List.of(
                        USER,
                        CALL,
                        RESULT,
                        new Message("tool", "done", "", List.of(), List.of(), "place_order", "call_2")));
    }

    static List<Arguments> conversations() {
        List<Arguments> all = new ArrayList<>();
        for (String family : joined(PLAIN, WITH_TOOLS)) {
            CONVERSATIONS.forEach((about, messages) -> all.add(Arguments.of(family, about, messages)));
        }
        for (String family : WITH_TOOLS) {
            WITH_CALLS.forEach((about, messages) -> all.add(Arguments.of(family, about, messages)));
        }
        return all;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("conversations")
    void aConversationRendersAsItsJinjaTwinDoes(String family, String about, List<Message> messages) {
        Conversation conversation = Conversation.of(messages);

        assertThat(go(family).render(today(conversation))).isEqualTo(jinja(family, conversation));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("conversations")
    void soItDoesWithToolsOnOffer(String family, String about, List<Message> messages) {
        Conversation conversation = Conversation.of(messages).withTools(TOOLS);

        assertThat(go(family).render(today(conversation))).isEqualTo(jinja(family, conversation));
    }

    static final List<Arguments> thoughts = List.of(
            Arguments.of("qwen3", Think.ON),
            Arguments.of("qwen3", Think.OFF),
            Arguments.of("deepseek-r1", Think.ON),
            Arguments.of("deepseek-r1", Think.OFF));

    @ParameterizedTest(name = "{0}, thinking {1}")
    @FieldSource("thoughts")
    void thinkingIsAskedForAsTheTwinDoes(String family, Think think) {
        List<Message> begun = List.of(USER, assistant("Compare.", "Yes, ")); // the answer goes on from there
        for (List<Message> messages : joined(List.copyOf(CONVERSATIONS.values()), List.of(begun))) {
            Conversation conversation = Conversation.of(messages).withThink(think);

            assertThat(go(family).render(today(conversation))).isEqualTo(jinja(family, conversation));
        }
    }

    private static Conversation today(Conversation conversation) {
        return conversation.withToday(LocalDate.parse(NOON.substring(0, 10)));
    }

    private static GoTemplate go(String family) {
        return GoTemplate.parse(Resources.text("families/" + family + ".gotmpl"));
    }

    private static String jinja(String family, Conversation conversation) {
        ChatInputs inputs = ChatInputs.of(openAi(conversation.messages())).withNow(Instant.parse(NOON));
        if (conversation.toolsJson().isPresent()) {
            inputs = inputs.withTools(conversation.toolsJson().get(), ToolChoice.AUTO, true);
        }
        Optional<String> word = switch (conversation.think()) {
            case ON -> Optional.of("\"/think\"");
            case OFF -> Optional.of("\"/no_think\"");
            default -> Optional.empty();
        };
        if (word.isPresent()) inputs = inputs.withVariable("think_word", word.get());
        try (ChatTemplate template = ChatTemplate.parse(Resources.text("families/" + family + ".jinja"), "", "")) {
            return template.render(inputs).prompt();
        }
    }

    private static String openAi(List<Message> messages) {
        ArrayNode array = JSON.createArrayNode();
        for (Message message : messages) {
            ObjectNode node = array.addObject();
            node.put("role", message.role());
            node.put("content", message.content());
            if (!message.thinking().isEmpty()) node.put("reasoning_content", message.thinking());
            for (ToolCall call : message.toolCalls()) {
                node.withArray("tool_calls")
                        .addObject()
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .set("arguments", JSON.readTree(call.argumentsJson()));
            }
        }
        return array.toString();
    }

    private static Message assistant(String thinking, String content, ToolCall... calls) {
        return new Message("assistant", content, thinking, List.of(), List.of(calls), "", "");
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
