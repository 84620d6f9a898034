package dev.chasqui.engine;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Version;
import dev.chasqui.decide.Decider;
import dev.chasqui.decide.Decision;
import dev.chasqui.decide.JsonQuestion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Runs GGUF models in this JVM, or in a process of its own beside it (see [Isolation]).
///
/// Safe to use from many threads. Models are loaded when they are first asked and leave by their keep-alive;
/// requests of one model share batches. [#close] cancels what runs.
public final class Engine implements Backend {

    private final EngineConfig config;
    private final Models models;
    private final Fallback work;
    private volatile boolean closed;

    private Engine(EngineConfig config, Models models, Optional<Path> file) {
        this.config = config;
        this.models = models;
        Supplier<Work> apart = () -> new Isolated(config, models, file);
        boolean always = config.isolation() == Isolation.PROCESS;
        this.work = new Fallback(always ? apart.get() : new InProcess(config, models), apart);
    }

    /// An engine over the models of the store, configured by the environment.
    public static Engine open() {
        return open(EngineConfig.fromEnvironment());
    }

    public static Engine open(EngineConfig config) {
        return new Engine(config, Models.inStore(config.openStore(), config.registries()), Optional.empty());
    }

    /// An engine over one file. Its only model is named like the file; [#generate(String)] asks it.
    ///
    /// @throws BackendException if it is not a GGUF file
    public static Engine open(Path gguf) {
        return open(gguf, EngineConfig.fromEnvironment());
    }

    /// As [#open(Path)], with a configuration of your own; its store is not looked at.
    public static Engine open(Path gguf, EngineConfig config) {
        return new Engine(config, Models.ofFile(gguf), Optional.of(gguf));
    }

    /// Completes a prompt with the default model: the file this engine was opened with, else the store's
    /// `smollm2:135m`.
    public Generation generate(String prompt) {
        return generate(GenerateRequest.of(models.defaultName(), prompt));
    }

    /// Which of an enum's constants the default model would answer with, and how sure it is; see [Decider#decide].
    public <E extends Enum<E>> Decision<E> decide(Class<E> type, String prompt) {
        return Decider.over(this, models.defaultName()).decide(type, prompt);
    }

    /// A question to the default model whose answer is a record; see [Decider#json].
    public <R extends Record> JsonQuestion<R> json(Class<R> type, String prompt) {
        return Decider.over(this, models.defaultName()).json(type, prompt);
    }

    @Override
    public String name() {
        return "embedded";
    }

    @Override
    public Generation generate(GenerateRequest request) {
        return work.now().generate(request);
    }

    @Override
    public String render(GenerateRequest request) {
        return work.now().render(request);
    }

    @Override
    public Generation chat(ChatRequest request) {
        return work.now().chat(request);
    }

    @Override
    public String render(ChatRequest request) {
        return work.now().render(request);
    }

    /// Any model makes vectors, those made for answers too: then a text's is its last token's. Only one made for
    /// ranking does not.
    @Override
    public Embeddings embed(EmbedRequest request) {
        return work.now().embed(request);
    }

    /// Loads the model if it is not in memory, as any request does, and leaves its keep-alive as it is.
    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        return work.now().tokenize(model, text, addSpecial, parseSpecial);
    }

    @Override
    public String detokenize(String model, int... tokens) {
        return work.now().detokenize(model, tokens);
    }

    @Override
    public List<ModelSummary> models() {
        return models.list();
    }

    @Override
    public ModelDetails show(String model) {
        return models.details(model);
    }

    @Override
    public List<RunningModel> running() {
        return work.now().running();
    }

    @Override
    public Optional<ModelLibrary> library() {
        return models.library();
    }

    @Override
    public List<String> obstacles() {
        List<String> obstacles = new ArrayList<>();
        if (closed) obstacles.add("the engine is closed");
        models.obstacle().ifPresent(obstacles::add);
        obstacles.addAll(work.now().obstacles());
        return obstacles;
    }

    @Override
    public List<String> warnings() {
        return work.warnings();
    }

    /// What loading a model would take, and whether it fits now. Loads nothing.
    ///
    /// @throws BackendException if there is no such model, or the options cannot be had here
    public LoadPlan plan(String model, Options options) {
        return work.now().plan(model, options);
    }

    /// What there is to measure and to remember of how a model runs on this machine. Measuring loads it beside
    /// whatever is loaded.
    ///
    /// @throws BackendException if there is no such model
    public Tuning tuning(String model) {
        return new Tuning(models.source(model), config);
    }

    @Override
    public String version() {
        return Version.current();
    }

    @Override
    public void close() {
        closed = true;
        work.close();
    }

    /// Computes the beginning of prompts to come and keeps it, until it is closed or the name is pinned again.
    ///
    /// @param request what is pinned is its prompt as the model reads it, a raw one as it stands; its settings
    ///                choose the context
    /// @throws BackendException if it does not fit beside what is pinned already, with the numbers; or if
    ///                          prefixes are not shared, so that a pin would help nobody
    public PinnedContext pin(String name, GenerateRequest request) {
        return work.now().pin(name, request);
    }

    /// What the models in memory did and hold: hit ratios, queues, speeds.
    public EngineStatistics statistics() {
        return work.now().statistics();
    }
}
