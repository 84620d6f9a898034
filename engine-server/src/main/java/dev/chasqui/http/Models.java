package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import io.vertx.core.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What there is to know about models: `/api/tags`, `/api/ps`, `/api/show`.
final class Models {

    private final Backend backend;
    private volatile Tags tags = new Tags(List.of(), json(ModelsJson.list(List.of())));

    /// What was said of which models the last time.
    private record Tags(List<ModelSummary> models, byte[] json) {}

    Models(Backend backend) {
        this.backend = backend;
    }

    void tags(Exchange exchange) {
        List<ModelSummary> models = backend.models();
        Tags said = tags;
        if (!said.models.equals(models)) tags = said = new Tags(models, json(ModelsJson.list(models)));
        exchange.replyJson(200, said.json);
    }

    void ps(Exchange exchange) {
        exchange.replyJson(200, json(ModelsJson.running(backend.running())));
    }

    void show(Exchange exchange) {
        Fields body = JsonText.readObject(exchange.body(), "ShowRequest");
        String model = body.firstText("model", "name");
        if (model.isEmpty()) throw BackendException.invalid("model is required");
        ModelName name = ModelName.parse(model);
        ModelDetails details = detailsOf(model, name);

        Map<String, Object> info = new LinkedHashMap<>(details.modelInfo());
        if (exchange.header(HttpHeaders.USER_AGENT).startsWith("GitHubCopilotChat/")) {
            info.put("general.basename", model); // that client shows it as the model's name
        }
        exchange.replyJson(200, json(ModelsJson.details(details, info, body.flag("verbose", false))));
    }

    private ModelDetails detailsOf(String model, ModelName name) {
        try {
            return backend.show(model);
        } catch (BackendException e) {
            throw e.kind() == BackendException.Kind.NOT_FOUND ? BackendException.modelNotFound(name.shortForm()) : e;
        }
    }

    private static byte[] json(Map<String, Object> reply) {
        return JsonText.MAPPER.writeValueAsBytes(reply);
    }
}
