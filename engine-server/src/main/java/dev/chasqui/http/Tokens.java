package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import dev.chasqui.http.Failure.ClientLeft;

/// `/api/tokenize` and `/api/detokenize`, which Ollama does not have: text to a model's tokens and back. A client
/// that leaves interrupts the thread that waits for the model.
final class Tokens {

    private record Tokenized(String model, int[] tokens) {}

    private record Detokenized(String model, String content) {}

    private final Backend backend;

    Tokens(Backend backend) {
        this.backend = backend;
    }

    void tokenize(Exchange exchange) throws ClientLeft {
        Fields body = JsonText.readObject(exchange.body(), "TokenizeRequest");
        String model = model(body);
        String other = body.firstText("prompt");
        String text = body.text("content").filter(given -> !given.isEmpty()).orElse(other);
        boolean addSpecial = body.flag("add_special", false);
        boolean parseSpecial = body.flag("parse_special", true);
        stopWhenGone(exchange);
        int[] tokens = backend.tokenize(model, text, addSpecial, parseSpecial);
        exchange.replyJson(200, JsonText.MAPPER.writeValueAsBytes(new Tokenized(model, tokens)));
    }

    void detokenize(Exchange exchange) throws ClientLeft {
        Fields body = JsonText.readObject(exchange.body(), "DetokenizeRequest");
        String model = model(body);
        int[] tokens =
                body.numbers("tokens").stream().mapToInt(Integer::intValue).toArray();
        stopWhenGone(exchange);
        String text = backend.detokenize(model, tokens);
        exchange.replyJson(200, JsonText.MAPPER.writeValueAsBytes(new Detokenized(model, Text.wellFormed(text))));
    }

    private static String model(Fields body) {
        String model = body.firstText("model", "name");
        if (model.isEmpty()) throw BackendException.invalid("model is required");
        ModelName.parse(model);
        return model;
    }

    private static void stopWhenGone(Exchange exchange) throws ClientLeft {
        exchange.whenGone(Thread.currentThread()::interrupt);
        if (exchange.isGone()) throw new ClientLeft("the client closed the connection");
    }
}
