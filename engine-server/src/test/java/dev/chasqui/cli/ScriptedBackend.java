package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Summary;
import dev.chasqui.api.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// Answers what a test says, and remembers what it was asked.
final class ScriptedBackend implements Backend {

    static final Summary COST = ending(DoneReason.STOP);

    final List<GenerateRequest> asked = new ArrayList<>();
    final List<ChatRequest> chatted = new ArrayList<>();
    final List<EmbedRequest> embeds = new ArrayList<>();
    final List<RunningModel> running = new ArrayList<>();
    final ScriptedLibrary library = new ScriptedLibrary(this);
    List<String> capabilities = List.of("completion");
    List<Message> opening = List.of();
    Map<String, Object> projector = Map.of();
    final Map<String, ModelSummary> models = new LinkedHashMap<>();
    List<Chunk> pieces = List.of(Chunk.ofText("Hel"), Chunk.ofText("lo 🪶"));
    Function<Message, List<Chunk>> replies = _ -> pieces;
    Summary cost = COST;
    String version = Version.current();
    boolean reachable = true;
    boolean closed;

    /// The same cost, of an answer that ended so.
    static Summary ending(DoneReason reason) {
        return new Summary(
                reason,
                Duration.ofMillis(1500),
                Duration.ofMillis(250),
                30,
                Duration.ofMillis(100),
                10,
                Duration.ofMillis(400),
                List.of());
    }

    /// The same cost, of an answer whose model did not see everything.
    static Summary dropping(int tokens, int promptTokens, int messages) {
        return withExtras(tokens, promptTokens, messages, Optional.empty());
    }

    /// The same cost, of an answer chosen among labels.
    static Summary choosing(Choices choices) {
        return withExtras(0, 0, 0, Optional.of(choices));
    }

    private static Summary withExtras(int tokens, int promptTokens, int messages, Optional<Choices> choices) {
        return new Summary(
                COST.reason(),
                COST.total(),
                COST.load(),
                COST.promptTokens(),
                COST.prompt(),
                COST.evalTokens(),
                COST.eval(),
                List.of(),
                0,
                tokens,
                promptTokens,
                messages,
                Duration.ZERO,
                choices);
    }

    static ModelTraits traits() {
        return new ModelTraits("", "gguf", "llama", List.of("llama"), "134.52M", "Q4_1");
    }

    ScriptedBackend with(String name, long bytes, Instant modified) {
        models.put(
                name,
                new ModelSummary(
                        name,
                        "0123456789abcdef".repeat(4),
                        bytes,
                        modified,
                        traits(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        List.of()));
        return this;
    }

    @Override
    public Generation generate(GenerateRequest request) {
        check(request.model());
        asked.add(request);
        return new Scripted(request.prompt().isEmpty() ? List.of() : pieces);
    }

    @Override
    public Generation chat(ChatRequest request) {
        check(request.model());
        chatted.add(request);
        return new Scripted(replies.apply(request.messages().getLast()));
    }

    /// No command asks for tokens: one that does fails its test.
    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        throw new AssertionError("no command asks for this");
    }

    @Override
    public String detokenize(String model, int... tokens) {
        throw new AssertionError("no command asks for this");
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        check(request.model());
        embeds.add(request);
        return new Embeddings(List.of(new float[] {0.6f, -0.8f}), 3, 0, Duration.ofMillis(2), Duration.ofMillis(1));
    }

    @Override
    public String render(GenerateRequest request) {
        return request.prompt();
    }

    @Override
    public String render(ChatRequest request) {
        return request.messages().getLast().content();
    }

    @Override
    public List<ModelSummary> models() {
        knock();
        return List.copyOf(models.values());
    }

    @Override
    public ModelDetails show(String model) {
        check(model);
        return new ModelDetails(
                "# Modelfile\nFROM /blob\n",
                "temperature                    0.5\nstop                           \"<|im_end|>\"",
                "{{ .Prompt }}",
                Optional.of("You are terse."),
                List.of("Apache License\n\nVersion 2.0\nJanuary 2004"),
                opening,
                traits(),
                Map.of(
                        "general.architecture",
                        "llama",
                        "llama.context_length",
                        2048L,
                        "llama.embedding_length",
                        576L,
                        "tokenizer.ggml.tokens",
                        List.of("a", "b", "c", "d", "e", "f", "g")),
                List.of(new ModelDetails.Tensor("token_embd.weight", "Q4_1", List.of(576L, 49152L))),
                capabilities,
                Instant.EPOCH,
                projector,
                Optional.empty());
    }

    @Override
    public Optional<ModelLibrary> library() {
        return Optional.of(library);
    }

    @Override
    public List<RunningModel> running() {
        knock();
        return running;
    }

    @Override
    public String version() {
        knock();
        return version;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void check(String model) {
        knock();
        if (models.keySet().stream().noneMatch(name -> ModelName.parse(name).matches(ModelName.parse(model)))) {
            throw BackendException.modelNotFound(model);
        }
    }

    private void knock() {
        if (!reachable) throw new BackendException(BackendException.Kind.UNREACHABLE, "connection refused");
    }

    private final class Scripted implements Generation {

        private final Iterator<Chunk> pieces;
        private boolean closed;

        Scripted(List<Chunk> pieces) {
            this.pieces = pieces.iterator();
        }

        @Override
        public Iterator<Chunk> iterator() {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    if (closed && pieces.hasNext()) {
                        throw new BackendException(BackendException.Kind.CANCELLED, "cancelled");
                    }
                    return pieces.hasNext();
                }

                @Override
                public Chunk next() {
                    return pieces.next();
                }
            };
        }

        @Override
        public Summary summary() {
            if (pieces.hasNext()) throw new IllegalStateException("the answer is not over");
            return cost;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
