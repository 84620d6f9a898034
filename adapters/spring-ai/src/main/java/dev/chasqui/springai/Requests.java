package dev.chasqui.springai;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.util.JsonHelper;

/// Spring AI's prompt in our words.
final class Requests {

    private static final JsonHelper JSON = new JsonHelper();

    private Requests() {}

    /// @throws BackendException if the options name no model, or the prompt holds what no backend can take
    static ChatRequest of(Prompt prompt, ChasquiChatOptions options) {
        String model = options.getModel();
        if (model == null || model.isBlank()) {
            throw BackendException.invalid(
                    "model is not set; give the chat model, or the prompt, options that name one");
        }
        List<Message> messages =
                prompt.getInstructions().stream().flatMap(Requests::messages).toList();
        return new ChatRequest(
                model, messages, tools(options), options.toolChoice().orElse(ToolChoice.AUTO), settings(options));
    }

    private static Settings settings(ChasquiChatOptions options) {
        Settings settings = Settings.DEFAULT
                .withOptions(common(options).over(options.options()))
                .withUrgency(options.urgency());
        String schema = options.getOutputSchema();
        if (schema != null) settings = settings.withFormat(schema);
        if (options.think().isPresent()) {
            settings = settings.withThink(options.think().get());
        }
        if (options.topLogprobs().isPresent()) {
            settings = settings.withTopLogprobs(options.topLogprobs().get());
        }
        if (options.keepAlive().isPresent()) {
            settings = settings.withKeepAlive(options.keepAlive().get());
        }
        if (options.onLength().isPresent()) {
            settings = settings.withOnLength(options.onLength().get());
        }
        return settings;
    }

    private static Options common(ChasquiChatOptions options) {
        Map<String, @Nullable Object> common = new LinkedHashMap<>();
        common.put(Option.TEMPERATURE.wire(), options.getTemperature());
        common.put(Option.TOP_P.wire(), options.getTopP());
        common.put(Option.TOP_K.wire(), options.getTopK());
        common.put(Option.FREQUENCY_PENALTY.wire(), options.getFrequencyPenalty());
        common.put(Option.PRESENCE_PENALTY.wire(), options.getPresencePenalty());
        common.put(Option.NUM_PREDICT.wire(), options.getMaxTokens());
        common.put(Option.STOP.wire(), options.getStopSequences());
        return Options.parse(common);
    }

    private static Optional<String> tools(ChasquiChatOptions options) {
        List<ToolCallback> callbacks = options.getToolCallbacks();
        if (callbacks == null || callbacks.isEmpty()) return Optional.empty();
        return Optional.of(JSON.toJson(callbacks.stream()
                .map(callback -> Map.of("type", "function", "function", function(callback.getToolDefinition())))
                .toList()));
    }

    private static Map<String, Object> function(ToolDefinition tool) {
        return Map.of(
                "name", tool.name(),
                "description", tool.description(),
                "parameters", JSON.fromJsonToMap(tool.inputSchema()));
    }

    private static Stream<Message> messages(org.springframework.ai.chat.messages.Message message) {
        String text = Objects.requireNonNullElse(message.getText(), "");
        return switch (message) {
            case UserMessage user ->
                Stream.of(new Message(
                        "user",
                        text,
                        "",
                        user.getMedia().stream().map(Requests::bytes).toList(),
                        List.of(),
                        "",
                        ""));
            case AssistantMessage assistant ->
                Stream.of(new Message(
                        "assistant",
                        text,
                        Objects.toString(assistant.getMetadata().get(ChasquiChatModel.THINKING), ""),
                        List.of(),
                        assistant.getToolCalls().stream()
                                .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                                .toList(),
                        "",
                        ""));
            case ToolResponseMessage results ->
                results.getResponses().stream()
                        .map(result -> new Message(
                                "tool", result.responseData(), "", List.of(), List.of(), result.name(), result.id()));
            default -> Stream.of(Message.of(message.getMessageType().getValue(), text));
        };
    }

    private static byte[] bytes(Media media) {
        if (media.getData() instanceof byte[] bytes) return bytes;
        throw BackendException.invalid("media of type " + media.getMimeType()
                + " is given by its address; give its bytes, as a Resource or byte[]");
    }
}
