package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.Urgency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests in Ollama's field names. What equals Ollama's default is left out, so that older servers understand
/// too.
final class RequestJson {

    private RequestJson() {}

    static ObjectNode object() {
        return Json.MAPPER.createObjectNode();
    }

    static ObjectNode of(GenerateRequest request) {
        ObjectNode json = object().put("model", request.model()).put("prompt", request.prompt());
        request.suffix().ifPresent(suffix -> json.put("suffix", suffix));
        request.system().ifPresent(system -> json.put("system", system));
        request.template().ifPresent(template -> json.put("template", template));
        if (!request.context().isEmpty()) request.context().forEach(json.putArray("context")::add);
        if (request.raw()) json.put("raw", true);
        images(json, request.images());
        return settings(json, request.settings());
    }

    static ObjectNode of(ChatRequest request) {
        ObjectNode json = object().put("model", request.model());
        ArrayNode messages = json.putArray("messages");
        request.messages().forEach(message -> messages.add(message(message)));
        request.toolsJson().ifPresent(tools -> json.set("tools", parsed("tools", tools)));
        toolChoice(json, request.toolChoice());
        return settings(json, request.settings());
    }

    static ObjectNode of(EmbedRequest request) {
        ObjectNode json = object().put("model", request.model());
        request.inputs().forEach(json.putArray("input")::add);
        if (!request.truncate()) json.put("truncate", false);
        request.dimensions().ifPresent(dimensions -> json.put("dimensions", dimensions));
        options(json, request.options());
        request.keepAlive().ifPresent(keepAlive -> keepAlive(json, keepAlive));
        urgency(json, request.urgency());
        return json;
    }

    static ObjectNode of(CreateRequest request) {
        ObjectNode json = object().put("model", request.model());
        request.from().ifPresent(from -> json.put("from", from));
        digests(json, "files", request.files());
        digests(json, "adapters", request.adapters());
        request.quantize().ifPresent(type -> json.put("quantize", type));
        request.template().ifPresent(template -> json.put("template", template));
        request.system().ifPresent(system -> json.put("system", system));
        if (!request.licenses().isEmpty()) request.licenses().forEach(json.putArray("license")::add);
        if (!request.parameters().isEmpty()) {
            json.set("parameters", Json.MAPPER.valueToTree(request.parameters().toMap()));
        }
        if (!request.messages().isEmpty()) {
            ArrayNode messages = json.putArray("messages");
            request.messages().forEach(message -> messages.add(message(message)));
        }
        request.renderer().ifPresent(renderer -> json.put("renderer", renderer));
        request.parser().ifPresent(parser -> json.put("parser", parser));
        request.requires().ifPresent(version -> json.put("requires", version));
        return json;
    }

    private static void digests(ObjectNode json, String field, Map<String, Digest> files) {
        if (files.isEmpty()) return;
        ObjectNode object = json.putObject(field);
        new TreeMap<>(files).forEach((name, digest) -> object.put(name, digest.toString()));
    }

    private static void toolChoice(ObjectNode json, ToolChoice choice) {
        if (choice.function().isPresent()) {
            ObjectNode named = json.putObject("tool_choice").put("type", "function");
            named.putObject("function").put("name", choice.function().get());
        } else if (choice.mode() != ToolChoice.Mode.AUTO) {
            json.put("tool_choice", choice.mode().name().toLowerCase(Locale.ROOT));
        }
    }

    private static ObjectNode message(Message message) {
        ObjectNode json = object().put("role", message.role()).put("content", message.content());
        if (!message.thinking().isEmpty()) json.put("thinking", message.thinking());
        images(json, message.images());
        if (!message.toolCalls().isEmpty()) {
            ArrayNode calls = json.putArray("tool_calls");
            message.toolCalls().forEach(call -> calls.add(toolCall(call, calls.size())));
        }
        if (!message.toolName().isEmpty()) json.put("tool_name", message.toolName());
        if (!message.toolCallId().isEmpty()) json.put("tool_call_id", message.toolCallId());
        return json;
    }

    private static ObjectNode toolCall(ToolCall call, int index) {
        ObjectNode json = object();
        if (!call.id().isEmpty()) json.put("id", call.id());
        json.putObject("function")
                .put("index", index)
                .put("name", call.name())
                .set("arguments", parsed("tool call arguments", call.argumentsJson()));
        return json;
    }

    private static void images(ObjectNode json, List<byte[]> images) {
        if (images.isEmpty()) return;
        ArrayNode array = json.putArray("images");
        images.forEach(array::add); // written as base64
    }

    private static ObjectNode settings(ObjectNode json, Settings settings) {
        // A server that does not know choices would hand out an ordinary answer; so nothing is until its end is there.
        json.put("stream", settings.choices().isEmpty());
        options(json, settings.options());
        settings.format().ifPresent(format -> json.set("format", parsed("format", format)));
        settings.keepAlive().ifPresent(keepAlive -> keepAlive(json, keepAlive));
        switch (settings.think()) {
            case DEFAULT -> {}
            case ON, OFF -> json.put("think", settings.think() == Think.ON);
            default -> json.put("think", settings.think().wire());
        }
        if (!settings.truncate()) json.put("truncate", false);
        if (settings.onLength() != OnLength.ERROR) {
            json.put("on_length", settings.onLength().wire());
        }
        if (!settings.shift()) json.put("shift", false);
        urgency(json, settings.urgency());
        if (!settings.choices().isEmpty()) settings.choices().forEach(json.putArray("choices")::add);
        settings.topLogprobs().ifPresent(top -> json.put("logprobs", true).put("top_logprobs", top));
        return json;
    }

    private static void options(ObjectNode json, Options options) {
        if (!options.isEmpty()) json.set("options", Json.MAPPER.valueToTree(options.toMap()));
    }

    private static void urgency(ObjectNode json, Urgency urgency) {
        if (urgency.priority() != Urgency.NORMAL) json.put("priority", urgency.priority());
        urgency.deadline().ifPresent(deadline -> json.put("deadline", deadline.toNanos() / 1e9));
        urgency.supersedes().ifPresent(name -> json.put("supersedes", name));
    }

    /// For ever is a number: Ollama refuses the text `-1`, which lacks a unit.
    private static void keepAlive(ObjectNode json, KeepAlive keepAlive) {
        if (keepAlive.duration().isPresent()) json.put("keep_alive", keepAlive.wire());
        else json.put("keep_alive", -1);
    }

    private static JsonNode parsed(String field, String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw BackendException.invalid(field + " is not JSON: " + e.getOriginalMessage());
        }
    }
}
