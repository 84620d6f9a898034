package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ModelSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The models in memory: loads them, keeps them as long as they were told to, and lets the idle ones go.
///
/// Each load has a thread of its own, so loading one model delays nobody who uses another.
final class ModelPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);

    private final EngineConfig config;
    private final Map<Path, Place> places = new HashMap<>();
    private final ScheduledExecutorService expiry = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("chasqui-expiry").factory());
    private final ExecutorService closing = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("chasqui-closing").factory());
    private boolean closed;

    /// A model's place in memory, from the moment its load begins. Guarded by the pool.
    private static final class Place {
        final ModelSource source;
        final CompletableFuture<LoadedModel> model = new CompletableFuture<>();
        KeepAlive keepAlive;
        int users;
        Instant idleSince = Instant.now();

        @Nullable
        Future<?> farewell;

        Place(ModelSource source, KeepAlive keepAlive) {
            this.source = source;
            this.keepAlive = keepAlive;
        }

        Optional<Instant> expiresAt() {
            return keepAlive.expiryFrom(users > 0 ? Instant.now() : idleSince);
        }
    }

    /// The right to use a loaded model until it is released.
    final class Lease {
        private final Place place;
        private final LoadedModel model;
        private final AtomicBoolean released = new AtomicBoolean();

        private Lease(Place place, LoadedModel model) {
            this.place = place;
            this.model = model;
        }

        LoadedModel model() {
            return model;
        }

        /// Idempotent.
        void release() {
            if (released.compareAndSet(false, true)) leave(place);
        }
    }

    ModelPool(EngineConfig config) {
        this.config = config;
    }

    /// Waits until the model is in memory.
    ///
    /// @param keepAlive replaces what was set for the model before
    /// @throws BackendException if it cannot be loaded
    Lease acquire(ModelSource source, Optional<KeepAlive> keepAlive, Options options) {
        Place place = enter(source, keepAlive, options);
        try {
            return new Lease(place, place.model.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leave(place);
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        } catch (ExecutionException e) {
            leave(place);
            if (e.getCause() instanceof BackendException known) {
                throw new BackendException(known.kind(), String.valueOf(known.getMessage()), known);
            }
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
    }

    /// Lets a model go as soon as nobody uses it; without an effect if it is not in memory.
    void unload(ModelSource source) {
        LoadedModel leaving = null;
        synchronized (this) {
            Place place = places.get(source.weights());
            if (place == null) return;
            place.keepAlive = KeepAlive.UNLOAD;
            if (place.users == 0) leaving = remove(place);
        }
        close(leaving);
    }

    /// The models in memory, the one that stays longest first.
    List<RunningModel> running() {
        List<RunningModel> running = new ArrayList<>();
        synchronized (this) {
            for (Place place : places.values()) {
                LoadedModel model = loaded(place);
                if (model == null) continue;
                running.add(new RunningModel(
                        place.source.name(),
                        place.source.digest(),
                        model.sizeBytes(),
                        0,
                        place.source.traits(),
                        place.expiresAt(),
                        model.contextTokens()));
            }
        }
        running.sort(Comparator.comparing(
                (RunningModel model) -> model.expiresAt().orElse(Instant.MAX), Comparator.reverseOrder()));
        return running;
    }

    @Override
    public void close() {
        List<LoadedModel> leaving = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Place place : List.copyOf(places.values())) {
                LoadedModel model = remove(place);
                if (model != null) leaving.add(model);
            }
        }
        expiry.shutdownNow();
        closing.close(); // waits for those that are just leaving
        leaving.forEach(LoadedModel::close);
    }

    private Place enter(ModelSource source, Optional<KeepAlive> keepAlive, Options options) {
        List<LoadedModel> leaving = new ArrayList<>();
        Place place;
        boolean fresh = false;
        synchronized (this) {
            if (closed) throw new IllegalStateException("the engine is closed");
            place = places.get(source.weights());
            if (place == null) {
                leaving.addAll(makePlace());
                place = new Place(source, config.keepAlive());
                places.put(source.weights(), place);
                fresh = true;
            }
            place.users++;
            place.keepAlive = keepAlive.orElse(place.keepAlive);
            if (place.farewell != null) place.farewell.cancel(false);
            place.farewell = null;
        }
        leaving.forEach(LoadedModel::close);
        if (fresh) startLoading(place, options);
        return place;
    }

    /// Chooses who goes so that one more may come: idle models, the one idle longest first.
    private List<LoadedModel> makePlace() {
        List<LoadedModel> leaving = new ArrayList<>();
        while (places.size() >= config.maxLoaded()) {
            Place idlest = places.values().stream()
                    .filter(place -> place.users == 0)
                    .min(Comparator.comparing(place -> place.idleSince))
                    .orElseThrow(() -> new BackendException(
                            BackendException.Kind.OVERLOADED,
                            "server busy, please try again.  all " + places.size()
                                    + " models that may be loaded at once are in use"));
            LoadedModel model = remove(idlest);
            if (model != null) leaving.add(model);
        }
        return leaving;
    }

    private void startLoading(Place place, Options options) {
        ModelSource source = place.source;
        Thread.ofPlatform().name("chasqui-load-" + source.name()).daemon().start(() -> {
            long started = System.nanoTime();
            try {
                GgufFile facts = facts(source);
                requireMemory(source, facts, options);
                LoadedModel model = LoadedModel.load(source, facts, config, settings(options));
                LOG.info("loaded {} in {} ms", source.name(), (System.nanoTime() - started) / 1_000_000);
                boolean wanted;
                synchronized (this) {
                    wanted = places.get(source.weights()) == place;
                    if (wanted) place.model.complete(model);
                }
                if (!wanted) {
                    model.close();
                    place.model.completeExceptionally(new IllegalStateException("the engine is closed"));
                }
            } catch (Throwable t) {
                synchronized (this) {
                    places.remove(source.weights(), place);
                }
                place.model.completeExceptionally(t);
            }
        });
    }

    private static GgufFile facts(ModelSource source) {
        try {
            return GgufFile.read(source.weights());
        } catch (GgufException e) {
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
    }

    private void requireMemory(ModelSource source, GgufFile facts, Options options) {
        ContextPlan plan = ContextPlan.of(
                options, config.contextTokens(), facts.contextLength().orElse(ContextPlan.DEFAULT_TOKENS));
        MemoryPlan memory = LoadedModel.memoryPlan(facts, plan.settings(options, config));
        while (true) {
            try {
                memory.requireFits(source.name(), plan.contextTokens(), MachineMemory.read());
                return;
            } catch (BackendException e) {
                LoadedModel leaving;
                synchronized (this) {
                    leaving = places.values().stream()
                            .filter(place -> place.users == 0 && loaded(place) != null)
                            .min(Comparator.comparing(place -> place.idleSince))
                            .map(this::remove)
                            .orElseThrow(() -> e);
                }
                close(leaving);
            }
        }
    }

    private static ModelSettings settings(Options options) {
        return ModelSettings.DEFAULT
                .withGpuLayers(options.count(Option.NUM_GPU).orElse(-1))
                .withMmap(options.flag(Option.USE_MMAP).orElse(true));
    }

    /// Often called by the decode thread, which must not wait for itself: another thread closes models.
    private synchronized void leave(Place place) {
        place.users--;
        if (closed || place.users > 0 || places.get(place.source.weights()) != place) return;
        place.idleSince = Instant.now();
        if (place.keepAlive.unloads()) {
            LoadedModel leaving = remove(place);
            closing.execute(() -> close(leaving));
        } else {
            place.keepAlive.duration().ifPresent(duration -> sayFarewellIn(duration, place));
        }
    }

    private void sayFarewellIn(Duration duration, Place place) {
        place.farewell = expiry.schedule(
                () -> {
                    LoadedModel leaving = null;
                    synchronized (this) {
                        if (place.users == 0 && places.get(place.source.weights()) == place) leaving = remove(place);
                    }
                    close(leaving);
                },
                Math.min(duration.toMillis(), TimeUnit.DAYS.toMillis(365_000)),
                TimeUnit.MILLISECONDS);
    }

    private @Nullable LoadedModel remove(Place place) {
        places.remove(place.source.weights(), place);
        if (place.farewell != null) place.farewell.cancel(false);
        return loaded(place);
    }

    private static @Nullable LoadedModel loaded(Place place) {
        return place.model.isDone() && !place.model.isCompletedExceptionally() ? place.model.join() : null;
    }

    private static void close(@Nullable LoadedModel model) {
        if (model == null) return;
        LOG.info("unloaded {}", model.source().name());
        model.close();
    }
}
