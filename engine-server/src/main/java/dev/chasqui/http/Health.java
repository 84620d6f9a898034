package dev.chasqui.http;

import dev.chasqui.api.Backend;
import java.util.List;
import java.util.Map;

/// For those who watch the server: `/health` says that the process answers, `/ready` whether it can take requests.
final class Health {

    private record NotReady(String error, List<String> reasons) {}

    private record Degraded(String status, List<String> warnings) {}

    private static final byte[] OK = JsonText.MAPPER.writeValueAsBytes(Map.of("status", "ok"));

    private final Backend backend;

    Health(Backend backend) {
        this.backend = backend;
    }

    void health(Exchange exchange) {
        exchange.replyJson(200, OK);
    }

    /// 503 with every reason why not; 200 with what an operator should know, if there is such a thing. A server that is
    /// being closed takes no connections, so nobody can ask it.
    void ready(Exchange exchange) {
        List<String> reasons = backend.obstacles();
        List<String> warnings = backend.warnings();
        if (reasons.isEmpty() && warnings.isEmpty()) {
            exchange.replyJson(200, OK);
        } else if (reasons.isEmpty()) {
            exchange.replyJson(200, JsonText.MAPPER.writeValueAsBytes(new Degraded("degraded", warnings)));
        } else {
            String error = "not ready: " + String.join("; ", reasons);
            exchange.replyJson(503, JsonText.MAPPER.writeValueAsBytes(new NotReady(error, reasons)));
        }
    }
}
