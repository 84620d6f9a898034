package dev.chasqui.ollama;

import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Ollama's replies as the nouns everybody shares. A field that is missing, `null` or of another type than
/// expected counts as empty: servers differ in what they leave out.
final class ReplyJson {

    /// Ollama writes "for ever" as a moment centuries ahead.
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private ReplyJson() {}

    /// @return the words of `{"error": "..."}` or `{"error": {"message": "..."}}`, or `null` if this is no
    /// error
    static @Nullable String error(JsonNode reply) {
        JsonNode error = reply.path("error");
        if (error.isString()) return error.asString();
        if (error.path("message").isString()) return error.path("message").asString();
        return error.isMissingNode() || error.isNull() ? null : error.toString();
    }

    /// What a line of an answer adds, of generate or of chat.
    ///
    /// @return `null` if it adds nothing
    static @Nullable Chunk chunk(JsonNode line) {
        JsonNode message = line.path("message");
        JsonNode content = message.isObject() ? message : line;
        String text = text(content, message.isObject() ? "content" : "response");
        String thinking = text(content, "thinking");
        List<ToolCall> calls = list(content.path("tool_calls"), ReplyJson::toolCall);
        List<TokenLogprob> logprobs = list(line.path("logprobs"), ReplyJson::logprob);
        if (text.isEmpty() && thinking.isEmpty() && calls.isEmpty() && logprobs.isEmpty()) return null;
        return new Chunk(text, thinking, calls, logprobs);
    }

    static Summary summary(JsonNode line) {
        DoneReason reason = switch (text(line, "done_reason")) {
            case "length" -> DoneReason.LENGTH;
            case "load" -> DoneReason.LOAD;
            case "unload" -> DoneReason.UNLOAD;
            default -> DoneReason.STOP;
        };
        return new Summary(
                reason,
                nanos(line, "total_duration"),
                nanos(line, "load_duration"),
                number(line, "prompt_eval_count").intValue(),
                nanos(line, "prompt_eval_duration"),
                number(line, "eval_count").intValue(),
                nanos(line, "eval_duration"),
                list(line.path("context"), token -> token.asInt(0)),
                number(line, "prompt_cached_count").intValue(),
                number(line, "context_dropped_count").intValue(),
                number(line, "prompt_dropped_count").intValue(),
                number(line, "messages_dropped_count").intValue(),
                nanos(line, "queue_duration"),
                choices(line));
    }

    private static Optional<Choices> choices(JsonNode line) {
        List<Choice> all = list(
                line.path("choices"),
                choice -> new Choice(
                        text(choice, "label"),
                        choice.path("probability").asDouble(0),
                        choice.path("logprob").asDouble(0)));
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(new Choices(all, line.path("choices_outside").asDouble(0)));
    }

    static List<ModelSummary> models(JsonNode reply) {
        return list(
                reply.path("models"),
                model -> new ModelSummary(
                        text(model, "name"),
                        text(model, "digest"),
                        number(model, "size").longValue(),
                        instant(model, "modified_at"),
                        traits(model),
                        count(model.path("details"), "context_length"),
                        count(model.path("details"), "embedding_length"),
                        strings(model.path("capabilities"))));
    }

    private static OptionalInt count(JsonNode object, String field) {
        int count = number(object, field).intValue();
        return count > 0 ? OptionalInt.of(count) : OptionalInt.empty();
    }

    static List<RunningModel> running(JsonNode reply) {
        return list(
                reply.path("models"),
                model -> new RunningModel(
                        text(model, "name"),
                        text(model, "digest"),
                        number(model, "size").longValue(),
                        number(model, "size_vram").longValue(),
                        traits(model),
                        Optional.of(instant(model, "expires_at"))
                                .filter(expiry -> expiry.isBefore(Instant.now().plus(FOREVER))),
                        number(model, "context_length").intValue()));
    }

    static ModelDetails details(JsonNode reply) {
        String template = text(reply, "template");
        return new ModelDetails(
                text(reply, "modelfile"),
                text(reply, "parameters"),
                template.isEmpty() ? "{{ .Prompt }}" : template,
                Optional.of(text(reply, "system")).filter(system -> !system.isEmpty()),
                Optional.of(text(reply, "license")).filter(license -> !license.isEmpty()).stream()
                        .toList(),
                list(reply.path("messages"), message -> Message.of(text(message, "role"), text(message, "content"))),
                traits(reply),
                modelInfo(reply.path("model_info")),
                list(
                        reply.path("tensors"),
                        tensor -> new ModelDetails.Tensor(
                                text(tensor, "name"),
                                text(tensor, "type"),
                                list(tensor.path("shape"), size -> size.asLong(0)))),
                strings(reply.path("capabilities")),
                instant(reply, "modified_at"),
                modelInfo(reply.path("projector_info")),
                Optional.of(text(reply, "requires")).filter(version -> !version.isEmpty()));
    }

    private static ModelTraits traits(JsonNode model) {
        JsonNode details = model.path("details");
        return new ModelTraits(
                text(details, "parent_model"),
                text(details, "format"),
                text(details, "family"),
                strings(details.path("families")),
                text(details, "parameter_size"),
                text(details, "quantization_level"));
    }

    private static Map<String, Object> modelInfo(JsonNode info) {
        Map<String, Object> values = new LinkedHashMap<>();
        info.properties().forEach(entry -> {
            Object value = value(entry.getValue());
            if (value != null) values.put(entry.getKey(), value);
        });
        return values;
    }

    private static @Nullable Object value(JsonNode node) {
        if (node.isString()) return node.asString();
        if (node.isBoolean()) return node.asBoolean();
        if (node.isIntegralNumber() && node.canConvertToLong()) return node.asLong();
        if (node.isNumber()) return node.asDouble();
        return node.isArray() ? list(node, ReplyJson::value) : null;
    }

    private static ToolCall toolCall(JsonNode call) {
        JsonNode function = call.path("function");
        JsonNode arguments = function.path("arguments");
        String text = arguments.isString() ? arguments.asString() : arguments.isObject() ? arguments.toString() : "{}";
        return new ToolCall(text(call, "id"), text(function, "name"), text);
    }

    private static TokenLogprob logprob(JsonNode entry) {
        String token = text(entry, "token");
        List<Integer> bytes = list(entry.path("bytes"), value -> value.asInt(0) & 0xff);
        return new TokenLogprob(
                token,
                bytes.isEmpty() ? utf8(token) : bytes,
                entry.path("logprob").asDouble(0),
                list(entry.path("top_logprobs"), ReplyJson::logprob));
    }

    private static List<Integer> utf8(String token) {
        List<Integer> bytes = new ArrayList<>();
        for (byte value : token.getBytes(StandardCharsets.UTF_8)) bytes.add(value & 0xff);
        return bytes;
    }

    private static String text(JsonNode object, String field) {
        return object.path(field).isString() ? object.path(field).asString() : "";
    }

    private static Number number(JsonNode object, String field) {
        return object.path(field).isNumber() ? object.path(field).numberValue() : 0;
    }

    private static Duration nanos(JsonNode object, String field) {
        return Duration.ofNanos(number(object, field).longValue());
    }

    private static Instant instant(JsonNode object, String field) {
        try {
            return OffsetDateTime.parse(text(object, field)).toInstant();
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    private static List<String> strings(JsonNode array) {
        return list(array, value -> value.isString() ? value.asString() : null);
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, ? extends @Nullable T> element) {
        List<T> list = new ArrayList<>();
        if (array.isArray()) {
            for (JsonNode node : array) {
                T value = element.apply(node);
                if (value != null) list.add(value);
            }
        }
        return list;
    }
}
