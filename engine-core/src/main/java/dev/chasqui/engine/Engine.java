package dev.chasqui.engine;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.api.Think;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.Ticket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs GGUF models in this JVM.
///
/// Safe to use from many threads. Models are loaded when they are first asked and leave by their keep-alive;
/// requests of one model share batches. [#close] cancels what runs.
public final class Engine implements Backend {

    /// Ollama's bound on answers that nobody bounds: so many times the context.
    private static final int CONTEXTS_PER_ANSWER = 10;

    private final EngineConfig config;
    private final Models models;
    private final ModelPool pool;

    private Engine(EngineConfig config, Models models) {
        this.config = config;
        this.models = models;
        this.pool = new ModelPool(config);
    }

    /// An engine over the models of the store, configured by the environment.
    public static Engine open() {
        return open(EngineConfig.fromEnvironment());
    }

    public static Engine open(EngineConfig config) {
        return new Engine(config, Models.inStore(config.store()));
    }

    /// An engine over one file. Its only model is named like the file; [#generate(String)] asks it.
    ///
    /// @throws BackendException if it is not a GGUF file
    public static Engine open(Path gguf) {
        return open(gguf, EngineConfig.fromEnvironment());
    }

    /// As [#open(Path)], with a configuration of your own; its store is not looked at.
    public static Engine open(Path gguf, EngineConfig config) {
        return new Engine(config, Models.ofFile(gguf));
    }

    /// Completes a prompt with the default model: the file this engine was opened with, else the store's
    /// `smollm2:135m`.
    public Generation generate(String prompt) {
        return generate(GenerateRequest.of(models.defaultName(), prompt));
    }

    @Override
    public Generation generate(GenerateRequest request) {
        long startedAt = System.nanoTime();
        ModelSource source = models.source(request.model());
        boolean loadOnly = request.prompt().isEmpty();
        if (loadOnly && unloads(request.settings())) return unload(source);
        requireCompletion(source, "generate");
        refuse(request.suffix().filter(suffix -> !suffix.isEmpty()).isPresent(), source, "insert");
        refuse(!request.images().isEmpty(), source, "images");
        refuseThinking(source, request.settings());
        if (request.template().isPresent()) {
            throw BackendException.invalid("template: templates in a request are not supported yet; leave it out");
        }
        return answer(source, request.settings(), startedAt, loadOnly, prompts -> prompts.forGenerate(request));
    }

    @Override
    public Generation chat(ChatRequest request) {
        long startedAt = System.nanoTime();
        ModelSource source = models.source(request.model());
        boolean loadOnly = request.messages().isEmpty();
        if (loadOnly && unloads(request.settings())) return unload(source);
        requireCompletion(source, "chat");
        refuse(request.toolsJson().isPresent() && !source.capabilities().contains("tools"), source, "tools");
        refuse(request.messages().stream().anyMatch(message -> !message.images().isEmpty()), source, "images");
        refuseThinking(source, request.settings());
        return answer(source, request.settings(), startedAt, loadOnly, prompts -> prompts.forChat(request));
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
        return pool.running();
    }

    @Override
    public String version() {
        return Version.current();
    }

    @Override
    public void close() {
        pool.close();
    }

    private interface Rendering {
        Prompts.Rendered of(Prompts prompts);
    }

    private Generation answer(
            ModelSource source, Settings settings, long startedAt, boolean loadOnly, Rendering rendering) {
        Options options = settings.options().over(source.params()).over(config.defaults());
        ModelPool.Lease lease = pool.acquire(source, settings.keepAlive(), options);
        try {
            LoadedModel model = lease.model();
            ContextPlan plan = model.contextPlan(options);
            if (loadOnly) {
                model.prepare(plan, options);
                lease.release();
                return EngineGeneration.finished(Summary.withoutWork(DoneReason.LOAD));
            }
            long readyAt = System.nanoTime();
            Prompts.Rendered rendered = rendering.of(model.prompts());
            return start(lease, plan, options, settings, rendered, startedAt, readyAt);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            lease.release();
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        } catch (Throwable t) {
            lease.release();
            throw t;
        }
    }

    private static Generation start(
            ModelPool.Lease lease,
            ContextPlan smallest,
            Options options,
            Settings settings,
            Prompts.Rendered rendered,
            long startedAt,
            long readyAt)
            throws InterruptedException {
        LoadedModel model = lease.model();
        Prompt prompt = rendered.prompt();
        long predict = options.integer(Option.NUM_PREDICT).orElse(-1);
        OptionalInt asked =
                predict < 0 ? OptionalInt.empty() : OptionalInt.of(Math.clamp(predict, 0, Integer.MAX_VALUE));
        ContextPlan plan = smallest.fitting(prompt.tokens().length, asked);
        boolean fillContext = predict == -2;
        Job job = new Job(
                prompt.tokens(),
                Samplings.of(options, plan.contextTokens(), prompt.grammar()),
                Math.min(asked.orElse(Integer.MAX_VALUE), CONTEXTS_PER_ANSWER * plan.contextTokens()),
                plan.contextTokens(),
                options.count(Option.NUM_KEEP).orElse(4),
                settings.shift() && !fillContext);

        Runnable over = once(() -> {
            model.finished();
            lease.release();
        });
        EngineGeneration generation = new EngineGeneration(rendered.splitter());
        Optional<Logprobs> logprobs =
                settings.topLogprobs().map(top -> model.prompts().logprobs(top));
        AnswerSink sink = new AnswerSink(
                model.prompts().vocabulary(), prompt, logprobs, startedAt, readyAt, generation::put, over);
        Ticket ticket = model.submit(plan, options, job, sink);
        generation.onCancel(() -> {
            ticket.cancel();
            over.run();
        });
        return generation;
    }

    private Generation unload(ModelSource source) {
        pool.unload(source);
        return EngineGeneration.finished(Summary.withoutWork(DoneReason.UNLOAD));
    }

    private static boolean unloads(Settings settings) {
        return settings.keepAlive().filter(KeepAlive::unloads).isPresent();
    }

    private static void requireCompletion(ModelSource source, String verb) {
        if (!source.capabilities().contains("completion")) {
            throw BackendException.invalid("\"" + source.name() + "\" does not support " + verb);
        }
    }

    private static void refuse(boolean asked, ModelSource source, String what) {
        if (asked) throw BackendException.invalid("\"" + source.name() + "\" does not support " + what);
    }

    private static void refuseThinking(ModelSource source, Settings settings) {
        boolean asked = settings.think() != Think.DEFAULT && settings.think() != Think.OFF;
        refuse(asked && !source.capabilities().contains("thinking"), source, "thinking");
    }

    private static Runnable once(Runnable action) {
        AtomicBoolean left = new AtomicBoolean(true);
        return () -> {
            if (left.compareAndSet(true, false)) action.run();
        };
    }
}
