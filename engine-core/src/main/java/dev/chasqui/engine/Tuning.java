package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.tune.Effort;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import dev.chasqui.tune.Shape;
import dev.chasqui.tune.StoredTuning;
import dev.chasqui.tune.TuneProgress;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.TunedKey;
import dev.chasqui.tune.TunedStore;
import dev.chasqui.tune.Tuner;
import dev.chasqui.tune.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/// How one model runs fastest on this machine: measures it, remembers it for the next load, forgets it.
///
/// What is remembered holds for the same weights, processor, number of cores and version of llama.cpp only. Models
/// that are loaded already go on as they are.
public final class Tuning {

    private static final int LEAST_PROMPT = 256;
    private static final int MOST_PROMPT = 2048;
    private static final String REMEDY = "Make that folder writable, or set CHASQUI_CACHE_DIR to another";
    private static final String SET = "set by the model or the environment";
    private static final String OTHERS = "others use the cores, and threads adapt to that by themselves";
    /// Left of the context for what follows a prompt.
    private static final int AFTER_PROMPT = 64;

    private final ModelSource source;
    private final EngineConfig config;

    Tuning(ModelSource source, EngineConfig config) {
        this.source = source;
        this.config = config;
    }

    /// What was measured for this model, for whoever loads it.
    static Knobs of(ModelSource source, EngineConfig config) {
        return new Tuning(source, config).stored().map(StoredTuning::knobs).orElse(Knobs.NONE);
    }

    /// What is remembered for this machine and version.
    public Optional<StoredTuning> stored() {
        return store().filter(store -> !store.isEmpty()).flatMap(store -> store.find(key()));
    }

    /// Measurements of this model that do not hold here: of another processor, number of cores or version.
    public int elsewhere() {
        try {
            TunedStore store = store().orElse(null);
            return store == null ? 0 : store.elsewhere(key());
        } catch (IOException e) {
            throw BackendException.failed("cannot read what was tuned: " + e.getMessage(), e);
        }
    }

    /// Loads the model and measures; that takes from some seconds to many minutes, by its size and the effort.
    /// Remembers nothing.
    ///
    /// @param contextTokens `num_ctx`; prompts are no longer. Empty is what a request without it gets
    /// @throws BackendException if the model cannot be loaded; of kind `CANCELLED` if this thread is interrupted
    public TuneReport measure(Workload workload, Effort effort, OptionalInt contextTokens, TuneProgress progress) {
        Options asked =
                contextTokens.isPresent() ? Options.NONE.with(Option.NUM_CTX, contextTokens.getAsInt()) : Options.NONE;
        Options options = asked.over(source.params()).over(config.defaults());
        FutureTask<TuneReport> work = new FutureTask<>(() -> measure(workload, effort, options, progress));
        Thread thread = Thread.ofPlatform()
                .name("chasqui-tune-" + source.name())
                .daemon()
                .stackSize(DecodeThread.STACK_BYTES)
                .start(work);
        try {
            return work.get();
        } catch (InterruptedException e) {
            thread.interrupt(); // it stops after the decode that runs, and frees what it holds
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "tuning was given up", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BackendException known) {
                throw new BackendException(known.kind(), String.valueOf(known.getMessage()), known);
            }
            throw BackendException.failed("cannot measure model '" + source.name() + "': " + e.getCause(), e);
        }
    }

    /// Remembers what was measured. The file may be deleted at any time.
    ///
    /// @return where
    /// @throws BackendException if it cannot be written
    public Path keep(TuneReport report) {
        StoredTuning tuning = new StoredTuning(
                report.chosen(),
                source.name(),
                report.workload(),
                report.speedup(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
        try {
            return store().orElseThrow(() -> BackendException.invalid("this engine uses nothing that was tuned"))
                    .keep(key(), tuning);
        } catch (IOException e) {
            throw BackendException.failed("cannot keep what was measured: " + e + ". " + REMEDY, e);
        }
    }

    /// Forgets what was measured for this model, on any machine and with any version.
    ///
    /// @return how many measurements that were
    /// @throws BackendException if they cannot be removed
    public int forget() {
        try {
            TunedStore store = store().orElse(null);
            return store == null ? 0 : store.forget(key());
        } catch (IOException e) {
            throw BackendException.failed("cannot remove what was tuned: " + e + ". " + REMEDY, e);
        }
    }

    private Optional<TunedStore> store() {
        return config.tuned().map(TunedStore::new);
    }

    private TunedKey key() {
        NativeLibraries natives = NativeLibraries.load();
        return TunedKey.of(
                source.weights(),
                natives.cpu().features().identity(),
                config.cores(),
                natives.llamaVersion() + " " + natives.cpu().variant().name());
    }

    private TuneReport measure(Workload workload, Effort effort, Options options, TuneProgress progress) {
        progress.at("loading", 0, 1);
        GgufFile facts = source.facts().get();
        ContextPlan plan = ContextPlan.of(options, config.contextTokens(), NativeLoading.trainedTokens(facts));
        Function<Knobs, ContextSettings> settings =
                knobs -> plan.settings(options, config, knobs, facts.vocabSize().orElse(150_000));
        Placement where =
                new Planner(config, Hardware.ofThisMachine()).place(facts, settings.apply(Knobs.NONE), options);
        where.memory().requireFits(source.name(), MachineMemory.read());
        where.memory().requireDevicesFit(source.name());
        Probing.of(config).require(source, () -> true);
        Others others = new Others(
                new ProcCores(Path.of("/proc"), config.cores(), System.nanoTime()),
                config.cores().physical(),
                System::nanoTime);
        try (LlamaModel weights = LlamaModel.open(source.weights(), where.how().withAdapter(source.adapter()))) {
            Map<Knob, String> notTried = set(options);
            Knobs standard = standard(settings.apply(Knobs.NONE));
            int left = others.look();
            if (others.wereBusy()) {
                standard = atMost(left, standard);
                notTried.putIfAbsent(Knob.PREFILL_THREADS, OTHERS);
                notTried.putIfAbsent(Knob.DECODE_THREADS, OTHERS);
            }
            int most = plan.contextTokens() - AFTER_PROMPT;
            Shape shape = workload.shape(promptTokens(weights, settings.apply(standard), effort, most), effort);
            ContextProbe probe = new ContextProbe(weights, facts, config.cpus(), settings, shape, others);
            return new Tuner(probe, workload, effort, standard, config.cores(), notTried).tune(progress);
        } catch (LlamaException e) {
            throw BackendException.failed("model '" + source.name() + "': " + e.getMessage(), e);
        }
    }

    /// With others at work, more threads than the cores they leave would measure little but waiting.
    private static Knobs atMost(int threads, Knobs standard) {
        Knobs fewer = standard;
        for (Knob knob : List.of(Knob.PREFILL_THREADS, Knob.DECODE_THREADS)) {
            fewer = fewer.with(knob, Math.min(threads, standard.count(knob).orElse(threads)));
        }
        return fewer;
    }

    private static Knobs standard(ContextSettings usual) {
        return Knobs.NONE
                .with(Knob.PREFILL_THREADS, usual.batchThreads())
                .with(Knob.DECODE_THREADS, usual.threads())
                .with(Knob.FLASH_ATTENTION, usual.flashAttention())
                .with(Knob.CACHE_TYPE, usual.keyType())
                .with(Knob.BATCH, usual.batchTokens());
    }

    /// What options, the model or the environment set wins over whatever is measured.
    private Map<Knob, String> set(Options options) {
        Set<Knob> set = EnumSet.noneOf(Knob.class);
        boolean threads = options.count(Option.NUM_THREAD).orElse(0) > 0;
        if (threads) set.add(Knob.DECODE_THREADS);
        if (threads || options.count(Option.NUM_THREAD_BATCH).orElse(0) > 0) set.add(Knob.PREFILL_THREADS);
        if (options.count(Option.NUM_BATCH).isPresent()) set.add(Knob.BATCH);
        if (config.cacheType().isPresent()) set.add(Knob.CACHE_TYPE);
        boolean needed = config.cacheType().map(CacheType::quantized).orElse(false);
        if (needed || config.flashAttention() != FlashAttention.AUTO) set.add(Knob.FLASH_ATTENTION);
        Map<Knob, String> reasons = new EnumMap<>(Knob.class);
        set.forEach(knob -> reasons.put(knob, SET));
        return reasons;
    }

    /// A power of two, so that measurements of different days are of the same thing.
    private int promptTokens(LlamaModel weights, ContextSettings usual, Effort effort, int most) {
        if (most < AFTER_PROMPT) {
            throw BackendException.invalid(
                    "num_ctx is " + (most + AFTER_PROMPT) + "; tuning needs at least " + 2 * AFTER_PROMPT);
        }
        int few = Math.min(most, LEAST_PROMPT) / 2;
        double speed = ContextBench.promptTokensPerSecond(
                weights.newContext(usual.withContextTokens(LEAST_PROMPT), config.cpus()), few);
        double affordable = speed * effort.prompt().toSeconds();
        return Integer.highestOneBit((int) Math.min(most, Math.clamp(affordable, LEAST_PROMPT, MOST_PROMPT)));
    }
}
