package dev.chasqui.langchain4j;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.Json;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// LangChain4j's request in our words.
final class Requests {

    /// What may be any object: for a tool without parameters.
    private static final Map<String, Object> NO_PARAMETERS = Map.of("type", "object", "properties", Map.of());

    private Requests() {}

    /// @throws UnsupportedFeatureException if it holds what no backend can take, such as an image behind a URL
    /// @throws InvalidRequestException naming the field, if a value is outside its range
    static ChatRequest of(dev.langchain4j.model.chat.request.ChatRequest request) {
        return Failures.translated(() -> translated(request));
    }

    private static ChatRequest translated(dev.langchain4j.model.chat.request.ChatRequest request) {
        ChatRequestParameters parameters = request.parameters();
        List<Message> messages =
                request.messages().stream().map(Requests::message).toList();
        List<ToolSpecification> tools = parameters.toolSpecifications();
        return new ChatRequest(
                parameters.modelName(),
                messages,
                tools == null || tools.isEmpty() ? Optional.empty() : Optional.of(toolsJson(tools)),
                choice(parameters.toolChoice()),
                settings(parameters));
    }

    private static Settings settings(ChatRequestParameters parameters) {
        Settings settings = Settings.DEFAULT.withOptions(options(parameters));
        Optional<String> format = format(parameters.responseFormat());
        if (format.isPresent()) settings = settings.withFormat(format.get());
        if (!(parameters instanceof ChasquiChatRequestParameters own)) return settings;

        settings = settings.withUrgency(own.urgency());
        if (own.think().isPresent()) settings = settings.withThink(own.think().get());
        if (own.topLogprobs().isPresent()) {
            settings = settings.withTopLogprobs(own.topLogprobs().get());
        }
        if (own.keepAlive().isPresent()) {
            settings = settings.withKeepAlive(own.keepAlive().get());
        }
        if (own.onLength().isPresent()) {
            settings = settings.withOnLength(own.onLength().get());
        }
        return settings;
    }

    private static Options options(ChatRequestParameters parameters) {
        Map<String, @Nullable Object> common = new LinkedHashMap<>();
        common.put(Option.TEMPERATURE.wire(), parameters.temperature());
        common.put(Option.TOP_P.wire(), parameters.topP());
        common.put(Option.TOP_K.wire(), parameters.topK());
        common.put(Option.FREQUENCY_PENALTY.wire(), parameters.frequencyPenalty());
        common.put(Option.PRESENCE_PENALTY.wire(), parameters.presencePenalty());
        common.put(Option.NUM_PREDICT.wire(), parameters.maxOutputTokens());
        List<String> stops = parameters.stopSequences();
        if (stops != null && !stops.isEmpty()) common.put(Option.STOP.wire(), stops);
        return Options.parse(common)
                .over(parameters instanceof ChasquiChatRequestParameters own ? own.options() : Options.NONE);
    }

    private static Optional<String> format(@Nullable ResponseFormat format) {
        if (format == null || format.type() != ResponseFormatType.JSON) return Optional.empty();
        if (format.jsonSchema() == null) return Optional.of("\"json\"");
        return Optional.of(
                Json.toJson(JsonSchemaElementUtils.toMap(format.jsonSchema().rootElement())));
    }

    private static ToolChoice choice(dev.langchain4j.model.chat.request.@Nullable ToolChoice choice) {
        return switch (choice) {
            case null -> ToolChoice.AUTO;
            case AUTO -> ToolChoice.AUTO;
            case REQUIRED -> ToolChoice.REQUIRED;
            case NONE -> ToolChoice.NONE;
        };
    }

    private static String toolsJson(List<ToolSpecification> tools) {
        return Json.toJson(tools.stream()
                .map(tool -> Map.of("type", "function", "function", function(tool)))
                .toList());
    }

    private static Map<String, Object> function(ToolSpecification tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        if (tool.description() != null) function.put("description", tool.description());
        function.put(
                "parameters",
                tool.parameters() == null ? NO_PARAMETERS : JsonSchemaElementUtils.toMap(tool.parameters()));
        return function;
    }

    private static Message message(ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> Message.system(system.text());
            case UserMessage user -> user(user);
            case AiMessage ai -> assistant(ai);
            case ToolExecutionResultMessage result ->
                new Message(
                        "tool",
                        text(result.contents()),
                        "",
                        images(result.contents()),
                        List.of(),
                        Objects.requireNonNullElse(result.toolName(), ""),
                        Objects.requireNonNullElse(result.id(), ""));
            default ->
                throw new UnsupportedFeatureException("messages of type " + message.type()
                        + " are not supported; use system, user, AI and tool messages");
        };
    }

    private static Message user(UserMessage user) {
        return new Message("user", text(user.contents()), "", images(user.contents()), List.of(), "", "");
    }

    private static Message assistant(AiMessage ai) {
        return new Message(
                "assistant",
                Objects.requireNonNullElse(ai.text(), ""),
                Objects.requireNonNullElse(ai.thinking(), ""),
                List.of(),
                ai.toolExecutionRequests().stream().map(Requests::call).toList(),
                "",
                "");
    }

    private static ToolCall call(ToolExecutionRequest request) {
        String arguments = request.arguments();
        return new ToolCall(
                Objects.requireNonNullElse(request.id(), ""),
                request.name(),
                arguments == null || arguments.isBlank() ? "{}" : arguments);
    }

    /// The texts, one a line.
    private static String text(List<Content> contents) {
        List<String> texts = new ArrayList<>();
        for (Content content : contents) {
            switch (content) {
                case TextContent text -> texts.add(text.text());
                case ImageContent _ -> {}
                default ->
                    throw new UnsupportedFeatureException(
                            "content of type " + content.type() + " is not supported; use text and images");
            }
        }
        return String.join("\n", texts);
    }

    private static List<byte[]> images(List<Content> contents) {
        return contents.stream()
                .filter(ImageContent.class::isInstance)
                .map(content -> bytes(((ImageContent) content).image()))
                .toList();
    }

    private static byte[] bytes(Image image) {
        if (image.base64Data() == null) {
            throw new UnsupportedFeatureException(
                    "an image by its URL is not supported: " + image.url() + "; give its bytes as base64");
        }
        try {
            return Base64.getDecoder().decode(image.base64Data());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("an image's base64 data is invalid: " + e.getMessage(), e);
        }
    }
}
