package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelName;
import io.vertx.core.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.Map;

/// What there is to know about models: `/api/tags`, `/api/ps`, `/api/show`.
final class Models {

    private final Backend backend;

    Models(Backend backend) {
        this.backend = backend;
    }

    void tags(Exchange exchange) {
        reply(exchange, ModelsJson.list(backend.models()));
    }

    void ps(Exchange exchange) {
        reply(exchange, ModelsJson.running(backend.running()));
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
        reply(exchange, ModelsJson.details(details, info, body.flag("verbose", false)));
    }

    private ModelDetails detailsOf(String model, ModelName name) {
        try {
            return backend.show(model);
        } catch (BackendException e) {
            throw e.kind() == BackendException.Kind.NOT_FOUND ? BackendException.modelNotFound(name.shortForm()) : e;
        }
    }

    private static void reply(Exchange exchange, Map<String, Object> json) {
        exchange.replyJson(200, JsonText.MAPPER.writeValueAsBytes(json));
    }
}
