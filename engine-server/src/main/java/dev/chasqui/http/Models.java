package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.RunningModel;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What there is to know about models: `/api/tags`, `/api/ps`, `/api/show`.
final class Models {

    private static final int LONGEST_LIST_SHOWN = 5;

    private final Backend backend;
    private volatile Tags tags = new Tags(List.of(), json(List.of()));

    /// What was said of which models the last time.
    private record Tags(List<ModelSummary> models, byte[] json) {}

    Models(Backend backend) {
        this.backend = backend;
    }

    void tags(Exchange exchange) {
        List<ModelSummary> models = backend.models();
        Tags said = tags;
        if (!said.models.equals(models)) {
            tags = said =
                    new Tags(models, json(models.stream().map(Models::summary).toList()));
        }
        exchange.replyJson(200, said.json);
    }

    void ps(Exchange exchange) {
        exchange.replyJson(
                200, json(backend.running().stream().map(Models::running).toList()));
    }

    void show(Exchange exchange) {
        Fields body = JsonText.readObject(exchange.body(), "ShowRequest");
        String model = body.firstText("model", "name");
        if (model.isEmpty()) throw BackendException.invalid("model is required");
        ModelName name = ModelName.parse(model);
        ModelDetails details = detailsOf(model, name);

        boolean verbose = body.flag("verbose", false);
        Map<String, Object> info = shown(details.modelInfo(), verbose);
        if (exchange.header(HttpHeaders.USER_AGENT).startsWith("GitHubCopilotChat/")) {
            info.put("general.basename", model); // that client shows it as the model's name
        }
        exchange.replyJson(
                200, JsonText.MAPPER.writeValueAsBytes(shown(details, info, shown(details.projectorInfo(), verbose))));
    }

    private ModelDetails detailsOf(String model, ModelName name) {
        try {
            return backend.show(model);
        } catch (BackendException e) {
            throw e.kind() == BackendException.Kind.NOT_FOUND ? BackendException.modelNotFound(name.shortForm()) : e;
        }
    }

    private static byte[] json(List<Map<String, Object>> models) {
        return JsonText.MAPPER.writeValueAsBytes(Map.of("models", models));
    }

    private static Map<String, Object> summary(ModelSummary model) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name());
        json.put("model", model.name());
        json.put("modified_at", model.modifiedAt().toString());
        json.put("size", model.sizeBytes());
        json.put("digest", model.digest());
        json.put("details", traits(model.traits()));
        putIfAny(json, "capabilities", model.capabilities());
        return json;
    }

    private static Map<String, Object> running(RunningModel model) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name());
        json.put("model", model.name());
        json.put("size", model.sizeBytes());
        json.put("digest", model.digest());
        json.put("details", traits(model.traits()));
        // For ever is 292 years to Go.
        json.put(
                "expires_at",
                model.expiresAt()
                        .orElseGet(() -> Instant.now().plusNanos(Long.MAX_VALUE))
                        .toString());
        json.put("size_vram", model.vramBytes());
        json.put("context_length", model.contextLength());
        return json;
    }

    /// A file's keys and values; a vocabulary is a long thing to send to somebody who did not ask for it.
    private static Map<String, Object> shown(Map<String, Object> values, boolean verbose) {
        Map<String, Object> shown = new LinkedHashMap<>(values);
        if (!verbose) shown.replaceAll((key, value) -> isLong(value) ? List.of() : value);
        return shown;
    }

    private static Map<String, Object> shown(
            ModelDetails model, Map<String, Object> info, Map<String, Object> projector) {
        Map<String, Object> json = new LinkedHashMap<>();
        putIfAny(json, "license", String.join("\n", model.licenses()));
        putIfAny(json, "modelfile", model.modelfile());
        putIfAny(json, "parameters", model.parameters());
        putIfAny(json, "template", model.template());
        putIfAny(json, "system", model.system().orElse(""));
        json.put("details", traits(model.traits()));
        putIfAny(
                json, "messages", model.messages().stream().map(Models::message).toList());
        json.put("model_info", info);
        if (!projector.isEmpty()) json.put("projector_info", projector);
        putIfAny(json, "tensors", model.tensors());
        putIfAny(json, "capabilities", model.capabilities());
        json.put("modified_at", model.modifiedAt().toString());
        putIfAny(json, "requires", model.requires().orElse(""));
        return json;
    }

    private static Map<String, @Nullable Object> traits(ModelTraits traits) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("parent_model", traits.parentModel());
        json.put("format", traits.format());
        json.put("family", traits.family());
        json.put("families", traits.families().isEmpty() ? null : traits.families());
        json.put("parameter_size", traits.parameterSize());
        json.put("quantization_level", traits.quantizationLevel());
        return json;
    }

    private static Map<String, Object> message(Message message) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("role", message.role());
        json.put("content", message.content());
        return json;
    }

    private static boolean isLong(Object value) {
        return value instanceof Collection<?> list && list.size() > LONGEST_LIST_SHOWN;
    }

    private static void putIfAny(Map<String, Object> json, String key, Object value) {
        if (!Set.of("", List.of()).contains(value)) json.put(key, value);
    }
}
