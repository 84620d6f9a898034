package dev.chasqui.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /// The same, with weights of another type.
    ///
    /// @param type for example `Q4_K_M`
    public CreateRequest withQuantize(String type) {
        return new CreateRequest(
                model,
                from,
                files,
                adapters,
                Optional.of(type),
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
