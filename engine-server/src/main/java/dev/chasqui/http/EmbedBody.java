package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// A request to `/api/embed` or `/api/embeddings`, read in two steps as [GenerateBody] is.
///
/// @param model      exactly as the client wrote it; replies repeat it
/// @param dimensions `0` and less is as good as none
record EmbedBody(
        String model,
        List<String> inputs,
        boolean truncate,
        int dimensions,
        Optional<KeepAlive> keepAlive,
        Fields body) {

    /// Reads a request to `/api/embed`.
    ///
    /// @throws BackendException if the body is malformed, or the model's name is, or the input is no text
    static EmbedBody ofTexts(byte[] json) {
        Fields body = JsonText.readObject(json, "EmbedRequest");
        String model = body.firstText("model", "name");
        Optional<KeepAlive> keepAlive = SettingsBody.keepAlive(body);
        boolean truncate = body.flag("truncate", true);
        int dimensions = body.number("dimensions", 0);
        if (model.isEmpty()) throw BackendException.modelNotFound("");
        ModelName.parse(model);
        List<String> inputs = body.raw("input").map(EmbedBody::inputs).orElse(List.of());
        return new EmbedBody(model, inputs, truncate, dimensions, keepAlive, body);
    }

    /// Reads a request to `/api/embeddings`, which has one text and never cuts it.
    ///
    /// @throws BackendException if the body is malformed, or the model's name is missing or malformed
    static EmbedBody ofPrompt(byte[] json) {
        Fields body = JsonText.readObject(json, "EmbeddingRequest");
        String model = body.firstText("model", "name");
        List<String> inputs =
                body.text("prompt").filter(text -> !text.isEmpty()).stream().toList();
        Optional<KeepAlive> keepAlive = SettingsBody.keepAlive(body);
        if (model.isEmpty()) throw BackendException.invalid("model is required");
        ModelName.parse(model);
        return new EmbedBody(model, inputs, false, 0, keepAlive, body);
    }

    EmbedRequest complete() {
        return new EmbedRequest(
                model,
                inputs,
                truncate,
                dimensions > 0 ? OptionalInt.of(dimensions) : OptionalInt.empty(),
                Options.parse(body.map("options")),
                keepAlive,
                SettingsBody.urgency(body));
    }

    private static List<String> inputs(JsonNode value) {
        if (value.isString()) {
            return value.stringValue().isEmpty() ? List.of() : List.of(Text.wellFormed(value.stringValue()));
        }
        if (!value.isArray()) throw BackendException.invalid("invalid input type");
        List<String> texts = new ArrayList<>(value.size());
        for (JsonNode text : value) {
            if (!text.isString()) throw BackendException.invalid("invalid input type");
            texts.add(Text.wellFormed(text.stringValue()));
        }
        return texts;
    }
}
