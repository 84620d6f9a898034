package dev.chasqui.http;

import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.RunningModel;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known about models, in the fields of `/api/tags`, `/api/ps` and `/api/show`, for whoever writes JSON.
public final class ModelsJson {

    private static final int LONGEST_LIST_SHOWN = 5;

    private ModelsJson() {}

    /// The object of `/api/tags`.
    public static Map<String, Object> list(List<ModelSummary> models) {
        return Map.of("models", models.stream().map(ModelsJson::summary).toList());
    }

    /// The object of `/api/ps`.
    public static Map<String, Object> running(List<RunningModel> models) {
        return Map.of("models", models.stream().map(ModelsJson::running).toList());
    }

    /// The object of `/api/show`.
    ///
    /// @param verbose whether long lists of the file's values are there in full
    public static Map<String, Object> details(ModelDetails model, boolean verbose) {
        return details(model, model.modelInfo(), verbose);
    }

    private static Map<String, Object> summary(ModelSummary model) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name());
        json.put("model", model.name());
        json.put("modified_at", model.modifiedAt().toString());
        json.put("size", model.sizeBytes());
        json.put("digest", model.digest());
        Map<String, @Nullable Object> details = traits(model.traits());
        model.contextLength().ifPresent(tokens -> details.put("context_length", tokens));
        model.embeddingLength().ifPresent(numbers -> details.put("embedding_length", numbers));
        json.put("details", details);
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

    /// @param info stands for the model's own
    static Map<String, Object> details(ModelDetails model, Map<String, Object> info, boolean verbose) {
        Map<String, Object> json = new LinkedHashMap<>();
        putIfAny(json, "license", String.join("\n", model.licenses()));
        putIfAny(json, "modelfile", model.modelfile());
        putIfAny(json, "parameters", model.parameters());
        putIfAny(json, "template", model.template());
        putIfAny(json, "system", model.system().orElse(""));
        json.put("details", traits(model.traits()));
        putIfAny(
                json,
                "messages",
                model.messages().stream().map(ModelsJson::message).toList());
        json.put("model_info", shown(info, verbose));
        if (!model.projectorInfo().isEmpty()) json.put("projector_info", shown(model.projectorInfo(), verbose));
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
