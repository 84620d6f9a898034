package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.platform.CacheFolder;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.registry.RegistrySettings;
import dev.chasqui.schedule.SchedulerSettings;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an engine is told once, at its start.
///
/// @param store          the folder with the models, in Ollama's layout
/// @param keepAlive      how long a model stays after its last request, where the request does not say
/// @param contextTokens  `num_ctx` where neither request nor model say it; empty lets the engine choose
/// @param firstTokens    what a context that nobody fixed begins with, `>= 1`; it grows when requests need more
/// @param parallel       requests of one model at once, each with a whole `num_ctx` of its own; empty lets them
///                       share one
/// @param maxLoaded      models in memory at once, `>= 1`
/// @param maxQueue       requests of one model that wait, beyond those that run; what comes then is refused
/// @param defaults       options for requests and models that are silent: threads, GPU layers, longest answer
/// @param flashAttention when attention runs fused; `AUTO` leaves it to what was tuned, then to the model
/// @param cacheType      what the KV cache stores; empty leaves it to what was tuned, then `F16`
/// @param tensorSplit    shares of a model's layers the GPUs get; empty lets them be chosen
/// @param cpus           the CPUs that threads which compute run on, by the kernel's numbers; empty lets the kernel
///                       choose. For Linux
/// @param tuned          the folder of what was tuned for models on this machine; empty uses nothing of that
/// @param sharing        whether a prompt begins with what others have computed already; if not, each is
///                       computed whole
/// @param goTemplates    whether a model's `TEMPLATE` writes its prompts even where its weights' own can do more
/// @param registries     where models come from, and go to
/// @param verifyAfter    how long a model's file counts as whole after it was read and compared with its digest; a
///                       load after that, and of a file that was touched, reads it again. Zero: every process does
/// @param isolation      how far native code is kept away from this JVM
public record EngineConfig(
        Path store,
        KeepAlive keepAlive,
        OptionalInt contextTokens,
        int firstTokens,
        OptionalInt parallel,
        int maxLoaded,
        int maxQueue,
        Options defaults,
        FlashAttention flashAttention,
        Optional<CacheType> cacheType,
        List<Float> tensorSplit,
        SortedSet<Integer> cpus,
        Optional<Path> tuned,
        boolean sharing,
        boolean goTemplates,
        RegistrySettings registries,
        Duration verifyAfter,
        Isolation isolation) {

    private static final Logger LOG = LoggerFactory.getLogger(EngineConfig.class);
    private static final int MAX_LOADED = 3;
    private static final int MAX_QUEUE = 512;

    public EngineConfig {
        if (firstTokens < 1) throw new IllegalArgumentException("firstTokens is " + firstTokens + "; expected >= 1");
        if (maxLoaded < 1) throw new IllegalArgumentException("maxLoaded is " + maxLoaded + "; expected >= 1");
        if (maxQueue < 0) throw new IllegalArgumentException("maxQueue is " + maxQueue + "; expected >= 0");
        tensorSplit = ModelSettings.requireShares(tensorSplit);
        cpus = Collections.unmodifiableSortedSet(CpuCores.requireUsable(cpus));
    }

    /// What there is to compute with.
    CpuCores cores() {
        return CpuCores.ofThisProcess().only(cpus);
    }

    /// How the requests of one model share the context that was made for them.
    SchedulerSettings scheduling(ContextSettings context) {
        int most = context.sequences();
        return SchedulerSettings.DEFAULT
                .withParallel(Math.min(most, parallel.orElse(Math.max(1, 2 * most / 3))))
                .withMaxQueue(maxQueue)
                .withSharing(sharing);
    }

    /// Ollama's variables with Ollama's defaults; a value that cannot be read is replaced by the default,
    /// with a warning.
    public static EngineConfig fromEnvironment(Map<String, String> environment) {
        Environment variables = new Environment(environment);
        Options defaults = Options.NONE;
        OptionalInt gpuLayers = variables.count("OLLAMA_GPU_LAYERS", -1);
        if (gpuLayers.isPresent()) defaults = defaults.with(Option.NUM_GPU, gpuLayers.getAsInt());
        OptionalInt threads = variables.count("OLLAMA_NUM_THREAD", 1);
        if (threads.isPresent()) defaults = defaults.with(Option.NUM_THREAD, threads.getAsInt());
        OptionalInt longest = variables.count("CHASQUI_NUM_PREDICT", 1);
        if (longest.isPresent()) defaults = defaults.with(Option.NUM_PREDICT, longest.getAsInt());
        return new EngineConfig(
                ModelStore.defaultRoot(environment),
                variables.keepAlive(),
                variables.count("OLLAMA_CONTEXT_LENGTH", 1),
                ContextPlan.DEFAULT_TOKENS,
                variables.count("OLLAMA_NUM_PARALLEL", 1),
                variables.count("OLLAMA_MAX_LOADED_MODELS", 1).orElse(MAX_LOADED),
                variables.count("OLLAMA_MAX_QUEUE", 1).orElse(MAX_QUEUE),
                defaults,
                variables.flashAttention(),
                variables.cacheType(),
                variables.shares("CHASQUI_TENSOR_SPLIT"),
                variables.cpus("CHASQUI_CPUS"),
                Optional.of(CacheFolder.named("tuned")),
                variables.flag("CHASQUI_PREFIX_SHARING", true),
                variables.flag("OLLAMA_GO_TEMPLATE", false),
                RegistrySettings.fromEnvironment(environment),
                variables.duration("CHASQUI_VERIFY_AFTER", StoreSettings.DEFAULT.trust()),
                variables.isolation());
    }

    /// The store at [#store()], read as this says.
    public ModelStore openStore() {
        return ModelStore.at(store, storeSettings());
    }

    StoreSettings storeSettings() {
        return new StoreSettings(goTemplates, verifyAfter, Optional.of(CacheFolder.named("stores")));
    }

    public static EngineConfig fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    public EngineConfig withStore(Path store) {
        return with(parts -> parts.store = store);
    }

    /// Options where requests, models and this configuration are silent.
    public EngineConfig withFallback(Options options) {
        return with(parts -> parts.defaults = defaults.over(options));
    }

    public EngineConfig withKeepAlive(KeepAlive keepAlive) {
        return with(parts -> parts.keepAlive = keepAlive);
    }

    public EngineConfig withContextTokens(int tokens) {
        return with(parts -> parts.contextTokens = OptionalInt.of(tokens));
    }

    /// For who asks little: less is allocated at first, and whatever needs more makes the context grow.
    public EngineConfig withFirstTokens(int tokens) {
        return with(parts -> parts.firstTokens = tokens);
    }

    public EngineConfig withMaxQueue(int requests) {
        return with(parts -> parts.maxQueue = requests);
    }

    public EngineConfig withMaxLoaded(int models) {
        return with(parts -> parts.maxLoaded = models);
    }

    /// @throws IllegalArgumentException if this process may not use one of them, or this system cannot tie threads
    public EngineConfig withCpus(SortedSet<Integer> cpus) {
        return with(parts -> parts.cpus = cpus);
    }

    /// @param folder of what was tuned for models on this machine; empty uses nothing of that
    public EngineConfig withTuned(Optional<Path> folder) {
        return with(parts -> parts.tuned = folder);
    }

    public EngineConfig withRegistries(RegistrySettings registries) {
        return with(parts -> parts.registries = registries);
    }

    public EngineConfig withSharing(boolean sharing) {
        return with(parts -> parts.sharing = sharing);
    }

    public EngineConfig withIsolation(Isolation isolation) {
        return with(parts -> parts.isolation = isolation);
    }

    private EngineConfig with(Consumer<Parts> change) {
        Parts parts = new Parts();
        change.accept(parts);
        return parts.together();
    }

    /// What a copy is made of, one part changed.
    private final class Parts {
        private Path store = EngineConfig.this.store;
        private KeepAlive keepAlive = EngineConfig.this.keepAlive;
        private OptionalInt contextTokens = EngineConfig.this.contextTokens;
        private int firstTokens = EngineConfig.this.firstTokens;
        private int maxLoaded = EngineConfig.this.maxLoaded;
        private int maxQueue = EngineConfig.this.maxQueue;
        private Options defaults = EngineConfig.this.defaults;
        private SortedSet<Integer> cpus = EngineConfig.this.cpus;
        private RegistrySettings registries = EngineConfig.this.registries;
        private Optional<Path> tuned = EngineConfig.this.tuned;
        private boolean sharing = EngineConfig.this.sharing;
        private Isolation isolation = EngineConfig.this.isolation;

        EngineConfig together() {
            return new EngineConfig(
                    store,
                    keepAlive,
                    contextTokens,
                    firstTokens,
                    parallel,
                    maxLoaded,
                    maxQueue,
                    defaults,
                    flashAttention,
                    cacheType,
                    tensorSplit,
                    cpus,
                    tuned,
                    sharing,
                    goTemplates,
                    registries,
                    verifyAfter,
                    isolation);
        }
    }

    private record Environment(Map<String, String> values) {

        @Nullable
        String text(String name) {
            String value = values.get(name);
            if (value == null) return null;
            String bare = value.strip().replaceAll("^[\"']|[\"']$", "");
            return bare.isEmpty() ? null : bare;
        }

        /// `0` means "not set", as it does for Ollama; below `least` is a mistake.
        OptionalInt count(String name, int least) {
            String value = text(name);
            if (value == null) return OptionalInt.empty();
            try {
                int number = Integer.parseInt(value);
                if (number >= least) return OptionalInt.of(number);
                if (number != 0) warn(name, value, "a number of at least " + least);
            } catch (NumberFormatException e) {
                warn(name, value, "a whole number");
            }
            return OptionalInt.empty();
        }

        KeepAlive keepAlive() {
            String value = text("OLLAMA_KEEP_ALIVE");
            if (value == null) return KeepAlive.FIVE_MINUTES;
            try {
                return value.matches("-?\\d+") ? KeepAlive.parse(Long.valueOf(value)) : KeepAlive.parse(value);
            } catch (RuntimeException e) {
                warn("OLLAMA_KEEP_ALIVE", value, "seconds or a duration such as 5m");
                return KeepAlive.FIVE_MINUTES;
            }
        }

        FlashAttention flashAttention() {
            String value = Objects.requireNonNullElse(text("OLLAMA_FLASH_ATTENTION"), "auto");
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "auto" -> FlashAttention.AUTO;
                case "0", "false", "f", "off" -> FlashAttention.OFF;
                default -> FlashAttention.ON;
            };
        }

        Optional<CacheType> cacheType() {
            String value = text("OLLAMA_KV_CACHE_TYPE");
            if (value == null) return Optional.empty();
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "f16" -> Optional.of(CacheType.F16);
                case "bf16" -> Optional.of(CacheType.BF16);
                case "q8_0" -> Optional.of(CacheType.Q8_0);
                case "q4_0" -> Optional.of(CacheType.Q4_0);
                default -> {
                    warn("OLLAMA_KV_CACHE_TYPE", value, "f16, bf16, q8_0 or q4_0");
                    yield Optional.empty();
                }
            };
        }

        Isolation isolation() {
            String value = text("CHASQUI_ISOLATION");
            if (value == null) return Isolation.PROBE;
            try {
                return Isolation.parse(value);
            } catch (BackendException e) {
                warn("CHASQUI_ISOLATION", value, "none, probe or process");
                return Isolation.PROBE;
            }
        }

        boolean flag(String name, boolean otherwise) {
            String value = text(name);
            if (value == null) return otherwise;
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "1", "true", "t", "on" -> true;
                case "0", "false", "f", "off" -> false;
                default -> {
                    warn(name, value, "on or off");
                    yield otherwise;
                }
            };
        }

        Duration duration(String name, Duration otherwise) {
            String value = text(name);
            if (value == null) return otherwise;
            try {
                Optional<Duration> duration = KeepAlive.parse(value).duration();
                if (duration.isPresent()) return duration.get();
            } catch (BackendException e) {
                LOG.debug("{} is {}", name, e.getMessage());
            }
            warn(name, value, "a duration such as 24h, or 0s");
            return otherwise;
        }

        List<Float> shares(String name) {
            String value = text(name);
            if (value == null) return List.of();
            try {
                return ModelSettings.requireShares(Stream.of(value.split(",", -1))
                        .map(share -> Float.valueOf(share.strip()))
                        .toList());
            } catch (IllegalArgumentException e) { // NumberFormatException too
                warn(name, value, "numbers >= 0 with commas between, one of them above 0, such as 3,1");
                return List.of();
            }
        }

        SortedSet<Integer> cpus(String name) {
            String value = text(name);
            if (value == null) return Collections.emptySortedSet();
            try {
                return CpuCores.requireUsable(CpuCores.parse(value));
            } catch (IllegalArgumentException e) {
                LOG.warn("{} is \"{}\": {}. Threads are not tied to CPUs", name, value, e.getMessage());
                return Collections.emptySortedSet();
            }
        }

        private static void warn(String name, String value, String expected) {
            LOG.warn("{} is \"{}\"; expected {}. The default is used", name, value, expected);
        }
    }
}
