package dev.chasqui.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// How a model is made, out of another model or of files whose content the library has already
/// ([ModelLibrary#takeBlob]).
///
/// @param model      the name it gets
/// @param from       the model it starts from: what is not given here stays as it is there
/// @param files      what it is made of, by file name: one GGUF file, all parts of a split one, a projector beside
///                   it. A name only tells the parts apart; no file is looked for under it
/// @param adapters   a LoRA adapter in GGUF format, by file name; at most one
/// @param quantize   what F16, BF16 or F32 weights become, for example `Q4_K_M`
/// @param template   how a conversation becomes a prompt, in Go's template language
/// @param system     the system prompt that stands where a request gives none
/// @param licenses   texts
/// @param parameters options that stand where a request gives none; added to those of [#from]
/// @param messages   the conversation's opening; none leaves those of [#from]
/// @param renderer   names how prompts are written, in Ollama's words; kept and shown
/// @param parser     names how answers are read, in Ollama's words; kept and shown
/// @param requires   the version of Ollama it needs; kept and shown
public record CreateRequest(
        String model,
        Optional<String> from,
        Map<String, Digest> files,
        Map<String, Digest> adapters,
        Optional<String> quantize,
        Optional<String> template,
        Optional<String> system,
        List<String> licenses,
        Options parameters,
        List<Message> messages,
        Optional<String> renderer,
        Optional<String> parser,
        Optional<String> requires) {

    public CreateRequest {
        files = Map.copyOf(files);
        adapters = Map.copyOf(adapters);
        licenses = List.copyOf(licenses);
        messages = List.copyOf(messages);
    }

    /// A model of that name, of nothing yet.
    public static CreateRequest of(String model) {
        return new CreateRequest(
                model,
                Optional.empty(),
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Options.NONE,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public CreateRequest withFrom(String base) {
        return with(parts -> parts.from = Optional.of(base));
    }

    public CreateRequest withFiles(Map<String, Digest> files) {
        return with(parts -> parts.files = files);
    }

    public CreateRequest withAdapters(Map<String, Digest> adapters) {
        return with(parts -> parts.adapters = adapters);
    }

    public CreateRequest withQuantize(String type) {
        return with(parts -> parts.quantize = Optional.of(type));
    }

    public CreateRequest withSystem(String prompt) {
        return with(parts -> parts.system = Optional.of(prompt));
    }

    public CreateRequest withParameters(Options parameters) {
        return with(parts -> parts.parameters = parameters);
    }

    public CreateRequest withMessages(List<Message> messages) {
        return with(parts -> parts.messages = messages);
    }

    private CreateRequest with(Consumer<Parts> change) {
        Parts parts = new Parts();
        change.accept(parts);
        return parts.together();
    }

    /// What a copy is made of, one part changed.
    private final class Parts {
        private Optional<String> from = CreateRequest.this.from;
        private Map<String, Digest> files = CreateRequest.this.files;
        private Map<String, Digest> adapters = CreateRequest.this.adapters;
        private Optional<String> quantize = CreateRequest.this.quantize;
        private Optional<String> system = CreateRequest.this.system;
        private Options parameters = CreateRequest.this.parameters;
        private List<Message> messages = CreateRequest.this.messages;

        CreateRequest together() {
            return new CreateRequest(
                    model,
                    from,
                    files,
                    adapters,
                    quantize,
                    template,
                    system,
                    licenses,
                    parameters,
                    messages,
                    renderer,
                    parser,
                    requires);
        }
    }
}
