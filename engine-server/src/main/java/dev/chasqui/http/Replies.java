package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.JsonNode;

/// Writes the objects one answer is made of, for `/api/generate` or `/api/chat`. What is empty is left out
/// where Ollama leaves it out; nothing of the request but the model's name is repeated, since clients search
/// the whole text.
final class Replies {

    /// Which fields carry the text.
    enum Shape {
        GENERATE,
        CHAT
    }

    private final Shape shape;
    private final String model;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    private int nextToolIndex;

    /// @param model as the request names it
    Replies(Shape shape, String model) {
        this.shape = shape;
        this.model = model;
    }

    /// A piece in the middle.
    byte[] piece(Chunk chunk) {
        return write(chunk, Optional.empty(), Optional.empty());
    }

    /// The end, with all the text or with none.
    byte[] last(Chunk chunk, Summary summary) {
        return write(chunk, Optional.of(summary), Optional.empty());
    }

    /// No answer, but the prompt for it.
    byte[] rendered(String prompt) {
        return write(Chunk.ofText(""), Optional.empty(), Optional.of(prompt));
    }

    static byte[] error(String message) {
        return JsonText.MAPPER.writeValueAsBytes(Map.of("error", Text.wellFormed(message)));
    }

    static byte[] withNewline(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    private byte[] write(Chunk chunk, Optional<Summary> end, Optional<String> prompt) {
        out.reset();
        try (JsonGenerator json =
                JsonText.FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringProperty("model", model);
            json.writeStringProperty("created_at", Instant.now().toString());
            if (shape == Shape.CHAT) {
                json.writeObjectPropertyStart("message");
                json.writeStringProperty("role", "assistant");
                content(json, "content", chunk);
                json.writeEndObject();
            } else {
                content(json, "response", chunk);
            }
            json.writeBooleanProperty("done", end.isPresent());
            end.ifPresent(summary -> summary(json, summary));
            logprobs(json, "logprobs", chunk.logprobs());
            if (prompt.isPresent()) {
                json.writeObjectPropertyStart("_debug_info");
                json.writeStringProperty("rendered_template", Text.wellFormed(prompt.get()));
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return out.toByteArray();
    }

    private void content(JsonGenerator json, String name, Chunk chunk) {
        json.writeStringProperty(name, Text.wellFormed(chunk.text()));
        if (!chunk.thinking().isEmpty()) json.writeStringProperty("thinking", Text.wellFormed(chunk.thinking()));
        if (chunk.toolCalls().isEmpty()) return;
        json.writeArrayPropertyStart("tool_calls");
        chunk.toolCalls().forEach(call -> toolCall(json, call));
        json.writeEndArray();
    }

    private void toolCall(JsonGenerator json, ToolCall call) {
        json.writeStartObject();
        if (!call.id().isEmpty()) json.writeStringProperty("id", Text.wellFormed(call.id()));
        json.writeObjectPropertyStart("function");
        json.writeNumberProperty("index", nextToolIndex++);
        json.writeStringProperty("name", Text.wellFormed(call.name()));
        json.writeName("arguments");
        json.writeRawValue(compactObject(call));
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String compactObject(ToolCall call) {
        try {
            JsonNode arguments = JsonText.MAPPER.readTree(call.argumentsJson());
            if (arguments.isObject()) return Text.wellFormed(arguments.toString());
        } catch (JacksonException e) {
            throw BackendException.failed("the model's arguments for " + call.name() + " are no JSON", e);
        }
        throw new BackendException(
                BackendException.Kind.FAILED, "the model's arguments for " + call.name() + " are no JSON object");
    }

    private static void summary(JsonGenerator json, Summary summary) {
        json.writeStringProperty("done_reason", summary.reason().wire());
        switch (summary.reason()) {
            case LOAD, UNLOAD -> {}
            case STOP, LENGTH -> costs(json, summary);
        }
    }

    private static void costs(JsonGenerator json, Summary summary) {
        if (!summary.context().isEmpty()) {
            json.writeArrayPropertyStart("context");
            summary.context().forEach(json::writeNumber);
            json.writeEndArray();
        }
        nanos(json, "total_duration", summary.total());
        nanos(json, "load_duration", summary.load());
        count(json, "prompt_eval_count", summary.promptTokens());
        nanos(json, "prompt_eval_duration", summary.prompt());
        count(json, "eval_count", summary.evalTokens());
        nanos(json, "eval_duration", summary.eval());
        if (summary.queued().isPositive()) nanos(json, "queue_duration", summary.queued());
        count(json, "prompt_cached_count", summary.cachedTokens());
        count(json, "prompt_dropped_count", summary.droppedPromptTokens());
        count(json, "messages_dropped_count", summary.droppedMessages());
        count(json, "context_dropped_count", summary.droppedTokens());
        summary.choices().ifPresent(choices -> choices(json, choices));
    }

    private static void choices(JsonGenerator json, Choices choices) {
        json.writeArrayPropertyStart("choices");
        for (Choice choice : choices.all()) {
            json.writeStartObject();
            json.writeStringProperty("label", Text.wellFormed(choice.label()));
            json.writeNumberProperty("probability", choice.probability());
            json.writeNumberProperty("logprob", choice.logprob());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberProperty("choices_outside", choices.outside());
    }

    private static void count(JsonGenerator json, String name, int count) {
        if (count > 0) json.writeNumberProperty(name, count);
    }

    static void nanos(JsonGenerator json, String name, Duration duration) {
        json.writeNumberProperty(name, Math.max(1, duration.toNanos())); // clients take a missing zero for a failure
    }

    private static void logprobs(JsonGenerator json, String name, List<TokenLogprob> logprobs) {
        if (logprobs.isEmpty()) return;
        json.writeArrayPropertyStart(name);
        for (TokenLogprob logprob : logprobs) {
            json.writeStartObject();
            json.writeStringProperty("token", Text.wellFormed(logprob.token()));
            json.writeNumberProperty("logprob", logprob.logprob());
            json.writeArrayPropertyStart("bytes");
            logprob.bytes().forEach(json::writeNumber);
            json.writeEndArray();
            logprobs(json, "top_logprobs", logprob.top());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
