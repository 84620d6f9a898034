package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.http.Failure.ClientLeft;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// `/api/embed` and `/api/embeddings`: one object, when all vectors are there. A client that leaves
/// interrupts the thread that waits for them.
final class Vectors {

    /// Of a number in a vector of length 1, with its comma.
    private static final int USUAL_CHARACTERS = 13;

    private final Backend backend;

    Vectors(Backend backend) {
        this.backend = backend;
    }

    void embed(Exchange exchange) throws ClientLeft {
        EmbedBody body = EmbedBody.ofTexts(exchange.body());
        Embeddings embeddings = compute(exchange, known(body));
        int numbers =
                embeddings.vectors().stream().mapToInt(vector -> vector.length).sum();
        exchange.replyJson(200, json(numbers, json -> {
            json.writeStringProperty("model", body.model());
            json.writeArrayPropertyStart("embeddings");
            for (float[] vector : embeddings.vectors()) {
                json.writeStartArray();
                for (float number : vector) json.writeNumber(number);
                json.writeEndArray();
            }
            json.writeEndArray();
            if (!body.inputs().isEmpty()) costs(json, embeddings);
        }));
    }

    /// The route of older clients: one text, one vector of doubles. What is wrong with the text is a 500
    /// there.
    void embeddings(Exchange exchange) throws ClientLeft {
        EmbedBody body = EmbedBody.ofPrompt(exchange.body());
        EmbedRequest request = known(body);
        List<float[]> vectors;
        try {
            vectors = compute(exchange, request).vectors();
        } catch (BackendException e) {
            throw e.kind() == Kind.INVALID ? BackendException.failed(String.valueOf(e.getMessage()), e) : e;
        }
        float[] vector = vectors.isEmpty() ? new float[0] : vectors.getFirst();
        exchange.replyJson(200, json(2 * vector.length, json -> {
            json.writeArrayPropertyStart("embedding");
            for (float number : vector) json.writeNumber((double) number);
            json.writeEndArray();
        }));
    }

    private EmbedRequest known(EmbedBody body) {
        return Answers.ofKnownModel(backend, body.model(), body::complete, BackendException::modelNotPulled);
    }

    private Embeddings compute(Exchange exchange, EmbedRequest request) throws ClientLeft {
        exchange.whenGone(Thread.currentThread()::interrupt);
        if (exchange.isGone()) throw new ClientLeft("the client closed the connection");
        return backend.embed(request);
    }

    private static void costs(JsonGenerator json, Embeddings embeddings) {
        Replies.nanos(json, "total_duration", embeddings.total());
        Replies.nanos(json, "load_duration", embeddings.load());
        if (embeddings.promptTokens() > 0) json.writeNumberProperty("prompt_eval_count", embeddings.promptTokens());
        if (embeddings.truncated() > 0) json.writeNumberProperty("truncated_count", embeddings.truncated());
    }

    private static byte[] json(int numbers, Consumer<JsonGenerator> content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256 + USUAL_CHARACTERS * numbers);
        try (JsonGenerator json =
                JsonText.FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
            json.writeStartObject();
            content.accept(json);
            json.writeEndObject();
        }
        return out.toByteArray();
    }
}
