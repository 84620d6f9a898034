package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.llama.common.ChatInputs;
import dev.chasqui.llama.common.ChatTemplate;
import dev.chasqui.llama.common.JsonSchemaGrammar;
import dev.chasqui.llama.common.RenderedPrompt;
import dev.chasqui.llama.common.ToolChoice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Turns requests into the tokens one model reads.
///
/// A model with a chat template gets its prompts through it; a base model without one gets a prompt as it is, and
/// a chat as ChatML.
final class Prompts implements AutoCloseable {

    /// A request rendered for the model, and the way to read what it answers.
    record Rendered(Prompt prompt, OutputSplitter splitter) {}

    private final ModelSource source;
    private final Vocabulary vocabulary;
    private final ChatTemplate template;
    private final boolean ownTemplate;

    private Prompts(ModelSource source, Vocabulary vocabulary, ChatTemplate template, boolean ownTemplate) {
        this.source = source;
        this.vocabulary = vocabulary;
        this.template = template;
        this.ownTemplate = ownTemplate;
    }

    /// @throws BackendException if the model's template cannot be used
    static Prompts of(ModelSource source, LlamaModel weights, GgufFile facts) {
        Vocabulary vocabulary = weights.vocabulary();
        Optional<String> jinja = facts.chatTemplate().filter(text -> !text.isBlank());
        boolean goTemplate = source.template()
                .map(text -> text.replaceAll("\\s", ""))
                .filter(text -> !text.isEmpty() && !text.equals("{{.Prompt}}"))
                .isPresent();
        if (jinja.isEmpty() && goTemplate) {
            throw BackendException.invalid("model '" + source.name() + "' has a TEMPLATE in Go's syntax and none in its"
                    + " GGUF file; Go templates are not supported yet. Send raw prompts, or use a GGUF file with a"
                    + " chat template");
        }
        try {
            ChatTemplate template = jinja.isPresent()
                    ? ChatTemplate.parse(
                            jinja.get(), text(vocabulary, vocabulary.bos()), text(vocabulary, vocabulary.eos()))
                    : ChatTemplate.chatMl();
            return new Prompts(source, vocabulary, template, jinja.isPresent());
        } catch (LlamaException | IllegalArgumentException e) {
            throw BackendException.failed(
                    "the chat template of model '" + source.name() + "' cannot be used: " + e.getMessage(), e);
        }
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    Logprobs logprobs(int top) {
        return new Logprobs(vocabulary, top);
    }

    /// @throws BackendException if the request cannot be rendered
    Rendered forGenerate(GenerateRequest request) {
        Options options = request.settings().options().over(source.params());
        if (request.raw() || !ownTemplate) {
            int[] tokens = joined(request.context(), request.prompt());
            Prompt prompt = new Prompt(
                    tokens, options.strings(Option.STOP), grammar(request.settings()), Set.of(), !request.raw());
            return new Rendered(prompt, OutputSplitter.plain());
        }
        List<Message> messages = new ArrayList<>();
        Optional<String> system =
                request.system().filter(text -> !text.isEmpty()).or(source::system);
        system.ifPresent(text -> messages.add(Message.system(text)));
        if (request.context().isEmpty()) messages.addAll(source.messages());
        messages.add(Message.user(request.prompt()));
        return render(messages, Optional.empty(), request.settings(), options, request.context(), true);
    }

    /// A prompt that may lose its middle.
    ///
    /// @throws BackendException if the request cannot be rendered
    Rendering text(GenerateRequest request) {
        Rendered whole = forGenerate(request);
        Settings settings = request.settings();
        int keep =
                settings.options().over(source.params()).count(Option.NUM_KEEP).orElse(4);
        OptionalInt bos = vocabulary.bos();
        boolean opens = bos.isPresent() && whole.prompt().tokens()[0] == bos.getAsInt();
        return new TextRendering(whole, settings.truncate() && settings.shift(), opens && keep >= 0 ? keep + 1 : keep);
    }

    /// A conversation that may lose its oldest messages.
    ///
    /// @throws BackendException if it cannot be rendered
    Rendering chat(ChatRequest request) {
        Options options = request.settings().options().over(source.params());
        List<Message> messages = new ArrayList<>();
        boolean hasSystem = request.messages().getFirst().role().equals("system");
        if (!hasSystem) source.system().ifPresent(text -> messages.add(Message.system(text)));
        messages.addAll(source.messages());
        messages.addAll(request.messages());
        return new ChatRendering(
                messages,
                request.settings().truncate(),
                left -> render(left, request.toolsJson(), request.settings(), options, List.of(), false));
    }

    @Override
    public void close() {
        template.close();
    }

    private Rendered render(
            List<Message> messages,
            Optional<String> tools,
            Settings settings,
            Options options,
            List<Integer> before,
            boolean returnsContext) {
        RenderedPrompt rendered;
        try {
            ChatInputs inputs = ChatInputs.of(ChatJson.of(messages));
            if (tools.isPresent()) inputs = inputs.withTools(tools.get(), ToolChoice.AUTO, true);
            inputs = inputs.withThinking(settings.think() != Think.OFF);
            if (settings.think().ordinal() >= Think.LOW.ordinal()) {
                inputs = inputs.withReasoningEffort(settings.think().wire());
            }
            rendered = template.render(inputs);
        } catch (LlamaException | IllegalArgumentException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID, "the conversation cannot be rendered: " + e.getMessage(), e);
        }
        List<String> stops = Stream.concat(options.strings(Option.STOP).stream(), rendered.stops().stream())
                .toList();
        boolean parsed = tools.isPresent() || (settings.think() != Think.OFF && rendered.supportsThinking());
        Prompt prompt = new Prompt(
                joined(before, rendered.prompt()),
                stops,
                grammar(settings),
                parsed ? preserved(rendered) : Set.of(),
                returnsContext);
        return new Rendered(prompt, parsed ? new ParsedSplitter(rendered) : OutputSplitter.plain());
    }

    /// The ids of a former answer's context, and after them the text's.
    private int[] joined(List<Integer> before, String text) {
        for (int token : before) {
            if (token < 0 || token >= vocabulary.size()) {
                throw BackendException.invalid(
                        "context holds token " + token + "; this model's tokens are 0 to " + (vocabulary.size() - 1));
            }
        }
        boolean opens = before.isEmpty() && !opensItself(text);
        int[] after = tokens(text, opens);
        int[] all = IntStream.concat(before.stream().mapToInt(Integer::intValue), Arrays.stream(after))
                .toArray();
        if (all.length == 0) throw BackendException.invalid("the prompt has no tokens");
        return all;
    }

    private int[] tokens(String text, boolean opens) {
        try {
            return vocabulary.tokenize(text, opens, true);
        } catch (IllegalArgumentException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID, "the prompt cannot be read: " + e.getMessage(), e);
        }
    }

    /// Whether the text begins with the vocabulary's begin-of-text, so that the tokeniser must not add another.
    private boolean opensItself(String text) {
        String bos = text(vocabulary, vocabulary.bos());
        return !bos.isEmpty() && text.startsWith(bos);
    }

    private Optional<String> grammar(Settings settings) {
        return settings.format().map(format -> {
            try {
                return format.equals("\"json\"") ? JsonSchemaGrammar.ANY_OBJECT : JsonSchemaGrammar.toGbnf(format);
            } catch (LlamaException | IllegalArgumentException e) {
                throw new BackendException(
                        BackendException.Kind.INVALID, "format is no usable JSON schema: " + e.getMessage(), e);
            }
        });
    }

    /// The ids of the special tokens a parser wants to see.
    private Set<Integer> preserved(RenderedPrompt rendered) {
        return rendered.preservedTokens().stream()
                .map(text -> vocabulary.tokenize(text, false, true))
                .filter(ids -> ids.length == 1)
                .map(ids -> ids[0])
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String text(Vocabulary vocabulary, OptionalInt token) {
        return token.isEmpty() ? "" : new String(vocabulary.piece(token.getAsInt(), true), StandardCharsets.UTF_8);
    }
}
