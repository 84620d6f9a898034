package dev.chasqui.langchain4j;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.langchain4j.ScriptedBackend.Said;
import java.util.List;
import java.util.UUID;

/// Answers what LangChain4j's provider tests ask, as a model would that is cleverer than our default one. It
/// reads what the adapter sent, and nothing else: without the tool's schema it calls no tool, without its
/// result it knows none.
final class KnowingModel {

    private KnowingModel() {}

    static Said answer(ChatRequest request) {
        Message last = request.messages().getLast();
        if (last.role().equals("tool")) return afterTools(request);
        if (!last.images().isEmpty()) {
            return Said.text(last.images().size() == 1 ? "I see a cat." : "I see a cat and a dice.");
        }
        if (mayCall(request)) return call(request, last.content());

        String question = last.content();
        boolean json = request.settings().format().isPresent();
        if (question.contains("capital of Germany")) {
            return Said.text(json ? "{\"city\": \"Berlin\"}" : "Berlin is the capital of Germany and 2 + 2 is 4.");
        }
        if (question.contains("I love you")
                && request.messages().getFirst().role().equals("system")) {
            return Said.text("Ich liebe dich");
        }
        if (question.contains("my favorite color")) {
            String first = request.messages().getFirst().content();
            return Said.text("It is " + first.substring(first.lastIndexOf(' ') + 1));
        }
        return Said.text("Hello World, this is a story of many words about a dog and a cat and a mouse.");
    }

    private static boolean mayCall(ChatRequest request) {
        return request.toolsJson().isPresent() && request.toolChoice().mode() != ToolChoice.Mode.NONE;
    }

    private static Said call(ChatRequest request, String question) {
        String tools = request.toolsJson().orElseThrow();
        boolean weather = tools.contains("\"getWeather\"") && tools.contains("\"city\"");
        if (tools.contains("\"getTime\"") && tools.contains("\"country\"") && weather) {
            return Said.calls(
                    toolCall("getWeather", "{\"city\":\"Munich\"}"), toolCall("getTime", "{\"country\":\"France\"}"));
        }
        if (weather && (question.contains("weather") || request.toolChoice().mode() == ToolChoice.Mode.REQUIRED)) {
            return Said.calls(toolCall("getWeather", "{\"city\":\"Munich\"}"));
        }
        if (tools.contains("\"get_current_time\"")) return Said.calls(toolCall("get_current_time", "{}"));
        return Said.text("No tool of mine helps here.");
    }

    private static Said afterTools(ChatRequest request) {
        List<Message> results = request.messages().stream()
                .filter(message -> message.role().equals("tool"))
                .toList();
        List<ToolCall> calls = request.messages().stream()
                .flatMap(message -> message.toolCalls().stream())
                .toList();
        for (int i = 0; i < results.size(); i++) {
            if (!results.get(i).toolCallId().equals(calls.get(i).id())) return Said.text("whose result is this?");
        }
        if (request.settings()
                .format()
                .filter(schema -> schema.contains("weather"))
                .isPresent()) {
            return Said.text("{ \"weather\": \"" + results.getFirst().content() + "\" }");
        }
        return Said.text("They say: "
                + String.join(" and ", results.stream().map(Message::content).toList()));
    }

    private static ToolCall toolCall(String name, String arguments) {
        return new ToolCall(UUID.randomUUID().toString(), name, arguments);
    }
}
