package dev.chasqui.http;

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
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// A backend that says what the test tells it; by default it repeats what it was asked, word by word.
class ScriptedBackend implements Backend {

    static final String MODEL = "smollm2:135m";
    static final ModelTraits TRAITS = new ModelTraits("", "gguf", "llama", List.of("llama"), "134.52M", "Q4_1");

    /// What one answer does.
    ///
    /// @param breaksOff thrown after the last chunk, if present
    /// @param hangs     after the last chunk nothing comes until the generation is closed
    record Script(Iterable<Chunk> chunks, Optional<BackendException> breaksOff, boolean hangs) {

        static Script of(Chunk... chunks) {
            return new Script(List.of(chunks), Optional.empty(), false);
        }

        static Script hangingAfter(Chunk... chunks) {
            return new Script(List.of(chunks), Optional.empty(), true);
        }

        static Script breakingOff(BackendException e, Chunk... chunks) {
            return new Script(List.of(chunks), Optional.of(e), false);
        }
    }

    final BlockingQueue<GenerateRequest> generateRequests = new LinkedBlockingQueue<>();
    final BlockingQueue<ChatRequest> chatRequests = new LinkedBlockingQueue<>();
    final BlockingQueue<Running> started = new LinkedBlockingQueue<>();
    volatile Function<String, Script> script = ScriptedBackend::echo;
    volatile UnaryOperator<Summary> end = summary -> summary;
    volatile CountDownLatch loading = new CountDownLatch(0);
    volatile List<RunningModel> inMemory = List.of();
    final BlockingQueue<EmbedRequest> embedRequests = new LinkedBlockingQueue<>();
    final CountDownLatch tokenizing = new CountDownLatch(1);
    final CountDownLatch interrupted = new CountDownLatch(1);
    volatile CountDownLatch embedding = new CountDownLatch(0);
    volatile Optional<BackendException> embeddingFails = Optional.empty();
    volatile int truncated;
    volatile List<String> obstacles = List.of();
    volatile List<String> warnings = List.of();

    private static Script echo(String prompt) {
        List<Chunk> words = new ArrayList<>();
        for (String word : ("You said: " + prompt).split("(?<= )")) words.add(Chunk.ofText(word));
        return new Script(words, Optional.empty(), false);
    }

    @Override
    public Generation generate(GenerateRequest request) {
        require(request.model());
        generateRequests.add(request);
        List<Integer> context = request.raw() ? List.of() : List.of(1, 2, 3);
        return start(request.prompt(), request.prompt().isEmpty(), request.settings(), context);
    }

    @Override
    public Generation chat(ChatRequest request) {
        require(request.model());
        chatRequests.add(request);
        boolean empty = request.messages().isEmpty();
        String last = empty ? "" : request.messages().getLast().content();
        return start(last, empty, request.settings(), List.of());
    }

    /// Vectors that tell a text's length and first letter; waits while a test holds [#embedding].
    @Override
    public Embeddings embed(EmbedRequest request) {
        if (!ModelName.parse(request.model()).matches(ModelName.parse(MODEL))) {
            throw BackendException.modelNotPulled(request.model());
        }
        embedRequests.add(request);
        awaitOrBeInterrupted(embedding);
        embeddingFails.ifPresent(e -> {
            throw e;
        });
        List<float[]> vectors = new ArrayList<>();
        for (String text : request.inputs()) {
            vectors.add(new float[] {text.length() / 100f, -0.0017594865f, text.isEmpty() ? 0 : text.charAt(0) / 1e7f});
        }
        return new Embeddings(vectors, 4 * vectors.size(), truncated, Duration.ofMillis(5), Duration.ofNanos(3_000));
    }

    /// One token per character, and its code point for an id; waits while a test holds [#embedding].
    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        require(model);
        tokenizing.countDown();
        awaitOrBeInterrupted(embedding);
        String whole = addSpecial ? "^" + text : text;
        return (parseSpecial ? whole : whole.replace("<", "((")).codePoints().toArray();
    }

    @Override
    public String detokenize(String model, int... tokens) {
        require(model);
        return new String(tokens, 0, tokens.length);
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public List<String> obstacles() {
        return obstacles;
    }

    private void awaitOrBeInterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        }
    }

    private Generation start(String prompt, boolean empty, Settings settings, List<Integer> context) {
        try {
            loading.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        DoneReason idle =
                settings.keepAlive().filter(keep -> keep.unloads()).isPresent() ? DoneReason.UNLOAD : DoneReason.LOAD;
        Running running = empty
                ? new Running(Script.of(), Summary.withoutWork(idle))
                : new Running(
                        script.apply(prompt),
                        end.apply(new Summary(
                                DoneReason.STOP,
                                Duration.ofMillis(5),
                                Duration.ZERO,
                                7,
                                Duration.ofMillis(2),
                                3,
                                Duration.ofMillis(3),
                                context)));
        started.add(running);
        return running;
    }

    /// The same end, of an answer from the cache that lost some of its prompt and waited.
    static Summary withLosses(Summary end) {
        return with(end, 5, 44, 700, 3, Duration.ofMillis(9), Optional.empty());
    }

    /// The same end, of an answer that was chosen.
    static Summary withChoices(Summary end, Choices choices) {
        return with(end, 0, 0, 0, 0, Duration.ZERO, Optional.of(choices));
    }

    private static Summary with(
            Summary end,
            int cached,
            int dropped,
            int droppedOfPrompt,
            int droppedMessages,
            Duration queued,
            Optional<Choices> choices) {
        return new Summary(
                end.reason(),
                end.total(),
                end.load(),
                end.promptTokens(),
                end.prompt(),
                end.evalTokens(),
                end.eval(),
                List.of(),
                cached,
                dropped,
                droppedOfPrompt,
                droppedMessages,
                queued,
                choices);
    }

    private static void require(String model) {
        if (!ModelName.parse(model).matches(ModelName.parse(MODEL))) throw BackendException.modelNotFound(model);
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
        return List.of(new ModelSummary(
                MODEL,
                "ab".repeat(32),
                98_000_000,
                Instant.parse("2026-11-23T01:02:03.000000004Z"),
                TRAITS,
                OptionalInt.of(8192),
                OptionalInt.empty(),
                List.of("completion")));
    }

    @Override
    public ModelDetails show(String model) {
        require(model);
        return new ModelDetails(
                "FROM /models/blobs/sha256-abab",
                "stop                           \"<|im_end|>\"",
                "{{ .Prompt }}",
                Optional.of("Be short."),
                List.of("Apache-2.0"),
                List.of(Message.user("Hi")),
                TRAITS,
                Map.of(
                        "general.architecture",
                        "llama",
                        "general.basename",
                        "smollm2",
                        "general.parameter_count",
                        134515008L,
                        "tokenizer.ggml.tokens",
                        List.of("a", "b", "c", "d", "e", "f")),
                List.of(new ModelDetails.Tensor("token_embd.weight", "Q4_1", List.of(576L, 49152L))),
                List.of("completion"),
                Instant.parse("2026-11-23T01:02:03Z"),
                Map.of(),
                Optional.empty());
    }

    @Override
    public List<RunningModel> running() {
        return inMemory;
    }

    @Override
    public String version() {
        return "0.0.1";
    }

    @Override
    public void close() {}

    /// One answer that is being given.
    static final class Running implements Generation {

        final AtomicInteger taken = new AtomicInteger();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final Script script;
        private final Summary summary;

        Running(Script script, Summary summary) {
            this.script = script;
            this.summary = summary;
        }

        boolean isClosedWithin(Duration time) throws InterruptedException {
            return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public Iterator<Chunk> iterator() {
            Iterator<Chunk> chunks = script.chunks().iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    if (closed.getCount() == 0) throw cancelled();
                    if (chunks.hasNext()) return true;
                    if (script.hangs()) {
                        awaitClose();
                        throw cancelled();
                    }
                    script.breaksOff().ifPresent(e -> {
                        throw e;
                    });
                    return false;
                }

                @Override
                public Chunk next() {
                    if (!chunks.hasNext()) throw new NoSuchElementException();
                    taken.incrementAndGet();
                    return chunks.next();
                }
            };
        }

        private void awaitClose() {
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static BackendException cancelled() {
            return new BackendException(BackendException.Kind.CANCELLED, "the generation was closed");
        }

        @Override
        public Summary summary() {
            return summary;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
