package dev.chasqui.http;

import dev.chasqui.api.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// For those who watch the server: `/health` says that the process answers, `/ready` whether it can take requests.
final class Health {

    private static final byte[] OK = JsonText.MAPPER.writeValueAsBytes(Map.of("status", "ok"));

    private final Backend backend;
    private final BooleanSupplier closing;

    Health(Backend backend, BooleanSupplier closing) {
        this.backend = backend;
        this.closing = closing;
    }

    void health(Exchange exchange) {
        exchange.replyJson(200, OK);
    }

    /// 503 with every reason why not.
    void ready(Exchange exchange) {
        List<String> reasons = new ArrayList<>();
        if (closing.getAsBoolean()) reasons.add("the server is shutting down");
        reasons.addAll(backend.obstacles());
        if (reasons.isEmpty()) {
            exchange.replyJson(200, OK);
        } else {
            String error = "not ready: " + String.join("; ", reasons);
            exchange.replyJson(503, JsonText.MAPPER.writeValueAsBytes(Map.of("error", error, "reasons", reasons)));
        }
    }
}
