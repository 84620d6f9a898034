package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.NativeFaults;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.schedule.SchedulerStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Answers in this JVM: models are loaded when they are first asked and leave by their keep-alive; requests of one
/// model share batches.
final class InProcess implements Work {

    private final EngineConfig config;
    private final Models models;
    private final ModelPool pool;
    private final Pins pins = new Pins();
    private final Latest latest = new Latest();
    private final Requests requests = new Requests();
    private final InFlight inFlight = new InFlight();

    InProcess(EngineConfig config, Models models) {
        this.config = config;
        this.models = models;
        this.pool = new ModelPool(config);
    }

    @Override
    public Generation generate(GenerateRequest request) {
        long startedAt = System.nanoTime();
        ModelSource source = models.source(request.model());
        boolean loadOnly = request.prompt().isEmpty();
        if (loadOnly && unloads(request.settings())) return unload(source);
        Requests.requireCompletion(source, request.model(), "generate");
        Function<Prompts, Rendering> rendering = requests.rendering(source, request);
        return answer(source, request.settings(), startedAt, loadOnly, rendering);
    }

    @Override
    public String render(GenerateRequest request) {
        ModelSource source = models.source(request.model());
        Requests.requireCompletion(source, request.model(), "generate");
        return rendered(source, request.settings(), requests.rendering(source, request));
    }

    @Override
    public Generation chat(ChatRequest request) {
        long startedAt = System.nanoTime();
        ModelSource source = models.source(request.model());
        boolean loadOnly = request.messages().isEmpty();
        if (loadOnly && unloads(request.settings())) return unload(source);
        Requests.requireCompletion(source, request.model(), "chat");
        Function<Prompts, Rendering> rendering = requests.rendering(source, request);
        return answer(source, request.settings(), startedAt, loadOnly, rendering);
    }

    @Override
    public String render(ChatRequest request) {
        ModelSource source = models.source(request.model());
        Requests.requireCompletion(source, request.model(), "chat");
        if (request.messages().isEmpty())
            throw BackendException.invalid("messages is empty; there is nothing to render");
        return rendered(source, request.settings(), requests.rendering(source, request));
    }

    /// Any model makes vectors, those made for answers too: then a text's is its last token's. Only one made for
    /// ranking does not.
    @Override
    public Embeddings embed(EmbedRequest request) {
        long startedAt = System.nanoTime();
        ModelSource source = pulled(request.model());
        Options options = effective(request.options(), source);
        Optional<Latest.Claim> claim = latest.enter(request.urgency().supersedes());
        try {
            ModelPool.Lease lease = pool.acquire(source, request.keepAlive(), options);
            InFlight.Entry entry = inFlight.enter();
            try {
                return new Embedding(lease.model(), options, request, startedAt).embed(claim, entry);
            } finally {
                entry.leave();
                lease.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        } catch (LlamaException e) {
            throw failed(e);
        } finally {
            claim.ifPresent(Latest.Claim::close);
        }
    }

    /// Loads the model if it is not in memory, as any request does, and leaves its keep-alive as it is.
    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        return withVocabulary(model, vocabulary -> vocabulary.tokenize(text, addSpecial, parseSpecial));
    }

    @Override
    public String detokenize(String model, int... tokens) {
        return withVocabulary(model, vocabulary -> vocabulary.detokenize(tokens, true));
    }

    @Override
    public List<RunningModel> running() {
        return dead().isPresent() ? List.of() : pool.running();
    }

    @Override
    public Optional<String> dead() {
        return NativeFaults.dead();
    }

    @Override
    public List<String> obstacles() {
        Optional<String> fault = InFlight.obstacle(dead());
        if (fault.isPresent()) return List.of(fault.get());
        List<String> obstacles = new ArrayList<>();
        for (ModelStatistics model : pool.modelStatistics()) {
            SchedulerStatistics now = model.requests();
            boolean full = now.waiting() >= config.maxQueue() && now.running() + now.waiting() >= now.places();
            if (full) {
                obstacles.add("the queue of " + model.model() + " is full: " + now.running() + " requests run and "
                        + now.waiting() + " wait");
            }
        }
        return obstacles;
    }

    @Override
    public LoadPlan plan(String model, Options options) {
        ModelSource source = models.source(model);
        return pool.plan(source, effective(options, source));
    }

    @Override
    public void close() {
        pins.close();
        pool.close();
        inFlight.close();
    }

    @Override
    public PinnedContext pin(String name, GenerateRequest request) {
        if (!config.sharing()) {
            throw BackendException.invalid("pin \"" + name + "\": prefixes are not shared here, so nobody could use it."
                    + " Unset CHASQUI_PREFIX_SHARING, or leave withSharing(false) out");
        }
        return pins.pin(name, kept -> {
            long startedAt = System.nanoTime();
            ModelSource source = models.source(request.model());
            Requests.requireCompletion(source, request.model(), "generate");
            Options options = effective(request.settings().options(), source);
            if (LoadedModel.isExact(options)) {
                throw BackendException.invalid("option \"exact\" is true; a pinned context is there to be shared, and"
                        + " exact requests share nothing. Leave it out");
            }
            ModelPool.Lease lease = pool.acquire(source, request.settings().keepAlive(), options);
            try {
                Prompts.Rendered rendered =
                        lease.model().prompts().forGenerate(source, requests.template(source, request), request);
                Answering answering = new Answering(lease.model(), options, request.settings(), startedAt);
                Summary cost = computed(answering.pin(name, rendered, () -> {}));
                return new Pins.Held(lease.model(), cost, () -> lease.model().release(name), lease::release);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                lease.release();
                throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
            } catch (LlamaException e) {
                lease.release();
                throw failed(e);
            } catch (Throwable t) {
                lease.release();
                throw t;
            }
        });
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(pool.statistics(), dead().isPresent() ? List.of() : pool.modelStatistics());
    }

    private Generation answer(
            ModelSource source,
            Settings settings,
            long startedAt,
            boolean loadOnly,
            Function<Prompts, Rendering> request) {
        Options options = effective(settings.options(), source);
        Optional<JsonGrammar> format = loadOnly ? Optional.empty() : requests.format(settings);
        Optional<Latest.Claim> claim = latest.enter(settings.urgency().supersedes());
        ModelPool.Lease lease;
        try {
            lease = pool.acquire(source, settings.keepAlive(), options);
        } catch (Throwable t) {
            claim.ifPresent(Latest.Claim::close);
            throw t;
        }
        InFlight.Entry entry = inFlight.enter();
        Runnable over = Once.of(() -> {
            claim.ifPresent(Latest.Claim::close);
            lease.release();
            entry.leave();
        });
        try {
            Answering answering = new Answering(lease.model(), options, settings, startedAt);
            if (loadOnly) {
                answering.prepare();
                over.run();
                return EngineGeneration.finished(Summary.withoutWork(DoneReason.LOAD));
            }
            EngineGeneration generation =
                    answering.start(request.apply(lease.model().prompts()), format, over);
            claim.ifPresent(held -> held.hold(generation::breakOff));
            entry.onFault(why -> {
                generation.abandon(why);
                over.run();
            });
            return generation;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            over.run();
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        } catch (LlamaException e) {
            over.run();
            throw failed(e);
        } catch (Throwable t) {
            over.run();
            throw t;
        }
    }

    private <T> T withVocabulary(String model, Function<Vocabulary, T> use) {
        ModelSource source = models.source(model);
        ModelPool.Lease lease = pool.acquire(source, Optional.empty(), effective(Options.NONE, source));
        try {
            return use.apply(lease.model().prompts().vocabulary());
        } catch (IllegalArgumentException e) {
            throw new BackendException(BackendException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        } catch (LlamaException e) {
            throw failed(e);
        } finally {
            lease.release();
        }
    }

    private String rendered(ModelSource source, Settings settings, Function<Prompts, Rendering> request) {
        Options options = effective(settings.options(), source);
        ModelPool.Lease lease = pool.acquire(source, settings.keepAlive(), options);
        try {
            Answering answering = new Answering(lease.model(), options, settings, System.nanoTime());
            return answering.text(request.apply(lease.model().prompts()));
        } catch (LlamaException e) {
            throw failed(e);
        } finally {
            lease.release();
        }
    }

    private Summary computed(EngineGeneration generation) {
        InFlight.Entry entry = inFlight.enter();
        entry.onFault(generation::abandon);
        try {
            return generation.answer().summary();
        } finally {
            entry.leave();
        }
    }

    private static BackendException failed(LlamaException e) {
        return BackendException.failed(String.valueOf(e.getMessage()), e);
    }

    /// Request, then model, then configuration.
    private Options effective(Options options, ModelSource source) {
        return options.over(source.params()).over(config.defaults());
    }

    private ModelSource pulled(String model) {
        try {
            return models.source(model);
        } catch (BackendException e) {
            boolean unknown = e.kind() == BackendException.Kind.NOT_FOUND && !model.isEmpty();
            throw unknown ? BackendException.modelNotPulled(model) : e;
        }
    }

    private Generation unload(ModelSource source) {
        pool.unload(source);
        return EngineGeneration.finished(Summary.withoutWork(DoneReason.UNLOAD));
    }

    private static boolean unloads(Settings settings) {
        return settings.keepAlive().filter(KeepAlive::unloads).isPresent();
    }
}
