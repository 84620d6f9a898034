package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import java.util.List;
import java.util.Optional;

/// A request to `/api/generate`, read in two steps: what is wrong whatever the model, then, once the model is
/// known, the rest. So the error a client sees is the one Ollama would have named first.
///
/// @param model exactly as the client wrote it; replies repeat it
record GenerateBody(
        String model,
        String prompt,
        Optional<String> suffix,
        Optional<String> system,
        Optional<String> template,
        List<Integer> context,
        boolean raw,
        List<byte[]> images,
        SettingsBody settings,
        Fields body) {

    /// @throws BackendException if the body is malformed or the model's name is
    static GenerateBody read(byte[] json) {
        Fields body = JsonText.readObject(json, "GenerateRequest");
        GenerateBody read = new GenerateBody(
                body.firstText("model", "name"),
                body.firstText("prompt"),
                body.text("suffix").filter(text -> !text.isEmpty()),
                body.text("system").filter(text -> !text.isEmpty()), // "" falls back to the model's own
                body.text("template").filter(text -> !text.isEmpty()),
                body.numbers("context"),
                body.flag("raw", false),
                body.images("images"),
                SettingsBody.read(body),
                body);
        if (read.model.isEmpty()) throw BackendException.modelNotFound("");
        ModelName.parse(read.model);
        return read;
    }

    GenerateRequest complete() {
        return new GenerateRequest(
                model, prompt, suffix, system, template, context, raw, images, settings.complete(body));
    }
}
