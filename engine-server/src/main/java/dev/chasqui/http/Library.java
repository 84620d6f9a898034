package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.http.Failure.ClientLeft;
import java.util.Locale;

/// The models on the server's disk, managed from outside: `/api/copy`, `/api/delete`, `/api/blobs/:digest`,
/// `/api/create`.
final class Library {

    private final Backend backend;

    Library(Backend backend) {
        this.backend = backend;
    }

    void copy(Exchange exchange) {
        Fields body = JsonText.readObject(exchange.body(), "CopyRequest");
        String source = body.firstText("source");
        String destination = body.firstText("destination");
        requireName(source, "source \"" + source + "\" is invalid");
        requireName(destination, "destination \"" + destination + "\" is invalid");
        try {
            models().copy(source, destination);
        } catch (BackendException e) {
            if (e.kind() != Kind.NOT_FOUND) throw e;
            throw new BackendException(Kind.NOT_FOUND, "model \"" + source + "\" not found", e);
        }
        exchange.replyEmpty(200);
    }

    void delete(Exchange exchange) {
        Fields body = JsonText.readObject(exchange.body(), "DeleteRequest");
        String model = body.firstText("model", "name");
        if (model.isEmpty()) throw BackendException.invalid("model is required");
        requireName(model, "name \"" + model + "\" is invalid");
        try {
            models().delete(model);
        } catch (BackendException e) {
            throw e.kind() == Kind.NOT_FOUND ? BackendException.modelNotFound(model) : e;
        }
        exchange.replyEmpty(200);
    }

    void hasBlob(Exchange exchange) {
        String digest = exchange.lastOfPath();
        if (!models().hasBlob(digest)) {
            throw new BackendException(Kind.NOT_FOUND, "blob \"" + canonical(digest) + "\" not found");
        }
        exchange.replyEmpty(200);
    }

    void takeBlob(Exchange exchange) {
        boolean fresh = models().takeBlob(exchange.lastOfPath(), exchange.content());
        exchange.replyEmpty(fresh ? 201 : 200);
    }

    void create(Exchange exchange) throws ClientLeft {
        CreateBody body = CreateBody.read(exchange.body());
        ModelLibrary models = models();
        ProgressLines.answer(exchange, body.stream(), progress -> models.create(body.request(), progress));
    }

    ModelLibrary models() {
        return backend.library()
                .orElseThrow(() -> BackendException.invalid(
                        "this server does not keep its models itself; manage them where they are kept"));
    }

    /// A digest may be written with a dash, as files' names are.
    private static String canonical(String digest) {
        return digest.toLowerCase(Locale.ROOT).replace('-', ':');
    }

    private static void requireName(String text, String complaint) {
        try {
            ModelName.parse(text);
        } catch (BackendException e) {
            throw new BackendException(Kind.INVALID, complaint, e);
        }
    }
}
