package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Progress;
import dev.chasqui.http.Failure.ClientLeft;

/// Models that come and go: `/api/pull` and `/api/push`. A client that leaves ends what nobody else waits for.
final class Transfers {

    private final Library library;

    Transfers(Library library) {
        this.library = library;
    }

    /// One of [ModelLibrary]'s two.
    private interface Direction {
        void go(String model, boolean insecure, Progress progress);
    }

    void pull(Exchange exchange) throws ClientLeft {
        Fields body = JsonText.readObject(exchange.body(), "PullRequest");
        answer(exchange, body, body.firstText("model", "name"), library.models()::pull);
    }

    void push(Exchange exchange) throws ClientLeft {
        Fields body = JsonText.readObject(exchange.body(), "PushRequest");
        String model = body.firstText("model", "name");
        if (model.isEmpty()) throw BackendException.invalid("model is required");
        answer(exchange, body, model, library.models()::push);
    }

    private static void answer(Exchange exchange, Fields body, String model, Direction direction) throws ClientLeft {
        boolean insecure = body.flag("insecure", false);
        boolean stream = body.flag("stream", true);
        ProgressLines.answer(exchange, stream, progress -> {
            try {
                direction.go(model, insecure, progress);
            } catch (BackendException e) {
                // A 404 would say that this server has no such path; in a stream there is no status to be wrong.
                if (stream || e.kind() != Kind.NOT_FOUND) throw e;
                throw BackendException.failed(String.valueOf(e.getMessage()), e);
            }
        });
    }
}
