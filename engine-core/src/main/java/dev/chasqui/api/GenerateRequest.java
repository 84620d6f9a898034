package dev.chasqui.api;

import java.util.List;
import java.util.Optional;

/// A prompt to complete.
///
/// @param model    the model's name; `latest` is meant where the tag is missing
/// @param prompt   empty loads the model
/// @param suffix   text that follows the gap to fill; needs a model that can insert
/// @param system   replaces the model's system prompt
/// @param template replaces the model's template for this call; in the syntax of Go's `text/template`
/// @param context  token ids of a former answer's [Summary#context]
/// @param raw      the prompt goes to the model as it is, without a template
/// @param images   the files' bytes
public record GenerateRequest(
        String model,
        String prompt,
        Optional<String> suffix,
        Optional<String> system,
        Optional<String> template,
        List<Integer> context,
        boolean raw,
        List<byte[]> images,
        Settings settings) {

    public GenerateRequest {
        context = List.copyOf(context);
        images = List.copyOf(images);
        if (raw && (template.isPresent() || system.isPresent() || !context.isEmpty())) {
            throw BackendException.invalid("raw mode does not support template, system, or context");
        }
    }

    public static GenerateRequest of(String model, String prompt) {
        return new GenerateRequest(
                model,
                prompt,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                false,
                List.of(),
                Settings.DEFAULT);
    }

    public GenerateRequest withSystem(String system) {
        return new GenerateRequest(
                model, prompt, suffix, Optional.of(system), template, context, raw, images, settings);
    }

    /// As if the model had this template, in Go's syntax.
    public GenerateRequest withTemplate(String template) {
        return new GenerateRequest(
                model, prompt, suffix, system, Optional.of(template), context, raw, images, settings);
    }

    /// What the answer is to fill is the gap between the prompt and this.
    public GenerateRequest withSuffix(String suffix) {
        return new GenerateRequest(
                model, prompt, Optional.of(suffix), system, template, context, raw, images, settings);
    }

    public GenerateRequest withContext(List<Integer> context) {
        return new GenerateRequest(model, prompt, suffix, system, template, context, raw, images, settings);
    }

    /// The prompt as it is, without a template.
    public GenerateRequest asRaw() {
        return new GenerateRequest(model, prompt, suffix, system, template, context, true, images, settings);
    }

    /// @param images the files' bytes
    public GenerateRequest withImages(List<byte[]> images) {
        return new GenerateRequest(model, prompt, suffix, system, template, context, raw, images, settings);
    }

    public GenerateRequest withSettings(Settings settings) {
        return new GenerateRequest(model, prompt, suffix, system, template, context, raw, images, settings);
    }
}
