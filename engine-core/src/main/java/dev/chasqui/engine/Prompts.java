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
import dev.chasqui.llama.common.ChatTemplate;
import dev.chasqui.template.GoTemplate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns requests into the tokens a model reads.
///
/// Prompts are written by the model's template, the one in Go's syntax that a request or the model brings or the
/// one in Jinja of its weights. A base model without one gets a prompt as it is, and a chat as ChatML. Models that
/// share their weights share this; what is their own comes with each call.
final class Prompts implements AutoCloseable {

    /// A request rendered for the model, and the way to read what it answers.
    record Rendered(Prompt prompt, OutputSplitter splitter) {}

    private final Vocabulary vocabulary;
    private final ChatTemplate template;
    private final boolean ownTemplate;
    private volatile @Nullable SortedVocabulary words;

    private Prompts(Vocabulary vocabulary, ChatTemplate template, boolean ownTemplate) {
        this.vocabulary = vocabulary;
        this.template = template;
        this.ownTemplate = ownTemplate;
    }

    /// @throws BackendException if the weights' template cannot be used
    static Prompts of(ModelSource source, LlamaModel weights, GgufFile facts) {
        Vocabulary vocabulary = weights.vocabulary();
        Optional<String> jinja = facts.chatTemplate().filter(text -> !text.isBlank());
        try {
            ChatTemplate template = jinja.isPresent()
                    ? ChatTemplate.parse(
                            jinja.get(), text(vocabulary, vocabulary.bos()), text(vocabulary, vocabulary.eos()))
                    : ChatTemplate.chatMl();
            return new Prompts(vocabulary, template, jinja.isPresent());
        } catch (LlamaException | IllegalArgumentException e) {
            throw BackendException.failed(
                    "the chat template of model '" + source.name() + "' cannot be used: " + e.getMessage(), e);
        }
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /// As constraints need it; the first call takes a while.
    SortedVocabulary words() {
        SortedVocabulary known = words;
        if (known != null) return known;
        synchronized (this) {
            if (words == null) words = new SortedVocabulary(vocabulary);
            return Objects.requireNonNull(words);
        }
    }

    Logprobs logprobs(int top) {
        return new Logprobs(vocabulary, top);
    }

    /// @param go writes the prompt, unless the request is raw
    /// @throws BackendException if the request cannot be rendered
    Rendered forGenerate(ModelSource source, Optional<GoTemplate> go, GenerateRequest request) {
        return rendered(written(source, go, request), source, request.settings(), request.context(), !request.raw());
    }

    private Written written(ModelSource source, Optional<GoTemplate> go, GenerateRequest request) {
        if (request.raw() || go.isEmpty() && !ownTemplate) return Written.plain(request.prompt());
        Think think = request.settings().think();
        if (request.suffix().isPresent() && go.isPresent()) {
            return new GoWriter(go.get())
                    .writeInsert(request.prompt(), request.suffix().get(), think);
        }
        List<Message> messages = new ArrayList<>();
        Optional<String> system =
                request.system().filter(text -> !text.isEmpty()).or(source::system);
        system.ifPresent(text -> messages.add(Message.system(text)));
        if (request.context().isEmpty()) messages.addAll(source.messages());
        messages.add(Message.user(request.prompt()));
        return writer(go).write(messages, Optional.empty(), think);
    }

    /// A prompt that may lose its middle.
    ///
    /// @throws BackendException if the request cannot be rendered
    Rendering text(ModelSource source, Optional<GoTemplate> go, GenerateRequest request) {
        Rendered whole = forGenerate(source, go, request);
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
    Rendering chat(ModelSource source, Optional<GoTemplate> go, ChatRequest request, Optional<OfferedTools> tools) {
        Settings settings = request.settings();
        List<Message> messages = new ArrayList<>();
        boolean hasSystem = request.messages().getFirst().role().equals("system");
        if (!hasSystem) source.system().ifPresent(text -> messages.add(Message.system(text)));
        messages.addAll(source.messages());
        messages.addAll(request.messages());
        ConversationWriter writer = writer(go);
        return new ChatRendering(
                messages,
                settings.truncate(),
                left -> rendered(writer.write(left, tools, settings.think()), source, settings, List.of(), false));
    }

    @Override
    public void close() {
        template.close();
    }

    private ConversationWriter writer(Optional<GoTemplate> go) {
        return go.isPresent() ? new GoWriter(go.get()) : new JinjaWriter(template);
    }

    private Rendered rendered(
            Written written, ModelSource source, Settings settings, List<Integer> before, boolean returnsContext) {
        Options options = settings.options().over(source.params());
        List<String> stops = Stream.concat(options.strings(Option.STOP).stream(), written.stops().stream())
                .toList();
        Prompt prompt = new Prompt(
                        joined(before, written.text()),
                        stops,
                        written.grammar(),
                        preserved(written.preserved()),
                        returnsContext)
                .after(written.preamble())
                .calling(written.call());
        return new Rendered(prompt, written.reader().get());
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

    /// The ids of the special tokens a parser wants to see.
    private Set<Integer> preserved(List<String> texts) {
        return texts.stream()
                .map(text -> vocabulary.tokenize(text, false, true))
                .filter(ids -> ids.length == 1)
                .map(ids -> ids[0])
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String text(Vocabulary vocabulary, OptionalInt token) {
        return token.isEmpty() ? "" : new String(vocabulary.piece(token.getAsInt(), true), StandardCharsets.UTF_8);
    }
}
