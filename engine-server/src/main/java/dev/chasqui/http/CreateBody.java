package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request to `/api/create`.
///
/// @param stream whether the client wants to hear how it gets on
record CreateBody(CreateRequest request, boolean stream) {

    /// @throws BackendException if the body is malformed, or asks for what is not done here
    static CreateBody read(byte[] json) {
        Fields body = JsonText.readObject(json, "CreateRequest");
        String model = body.firstText("model", "name");
        ModelName.parse(model);
        refuse(body, "remote_host", "models that run on another server are not made here; leave it out");
        refuse(body, "draft_quantize", "draft models are not supported; leave it out");
        if (!body.textMap("draft_files").isEmpty()) {
            throw BackendException.invalid("draft_files is given; draft models are not supported; leave it out");
        }
        CreateRequest request = new CreateRequest(
                model,
                given(body, "from"),
                digests(body, "files"),
                digests(body, "adapters"),
                given(body, "quantize", "quantization"),
                given(body, "template"),
                given(body, "system"),
                licenses(body),
                Options.parse(body.map("parameters")),
                body.objects("messages", "[]api.Message").stream()
                        .map(message -> Message.of(message.firstText("role"), message.firstText("content")))
                        .toList(),
                given(body, "renderer"),
                given(body, "parser"),
                given(body, "requires"));
        return new CreateBody(request, body.flag("stream", true));
    }

    private static void refuse(Fields body, String field, String why) {
        given(body, field).ifPresent(value -> {
            throw BackendException.invalid(field + " is \"" + value + "\"; " + why);
        });
    }

    private static Optional<String> given(Fields body, String... fields) {
        return Optional.of(body.firstText(fields)).filter(text -> !text.isEmpty());
    }

    private static Map<String, Digest> digests(Fields body, String field) {
        Map<String, Digest> digests = new LinkedHashMap<>();
        body.textMap(field).forEach((name, digest) -> digests.put(name, Digest.parse(digest)));
        return digests;
    }

    /// One text or several.
    private static List<String> licenses(Fields body) {
        boolean one = body.raw("license").filter(value -> value.isString()).isPresent();
        List<String> texts = one ? List.of(body.firstText("license")) : body.texts("license");
        return texts.stream().filter(text -> !text.isEmpty()).toList();
    }
}
