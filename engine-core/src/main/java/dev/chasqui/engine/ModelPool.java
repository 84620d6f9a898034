package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.isolate.BlackBox;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The models in memory: loads them, keeps them as long as they were told to, and lets them go when others need
/// their room.
///
/// Each load has a thread of its own, so loading one model delays nobody who uses another. Where there is no
/// room, models are loaded in the order in which they were first asked for: idle ones go at once, and one in
/// use takes no more requests when its turn is over (see [Turns]) and goes when the last is answered. Whoever
/// asks for it again waits behind those who waited before.
final class ModelPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);

    private static final int LOOKS_EVERY_SECONDS = 1;

    private final Loading loading;
    private final Places places;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("chasqui-files").factory());

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
            if (released.compareAndSet(false, true)) places.leave(place);
        }
    }

    ModelPool(EngineConfig config) {
        this(config, new NativeLoading(config), MachineMemory::read, Turns.FAIR);
    }

    ModelPool(EngineConfig config, Loading loading, Supplier<MachineMemory> machine, Turns turns) {
        this.loading = loading;
        this.places = new Places(config.maxLoaded(), config.keepAlive(), machine, turns);
        watch.scheduleWithFixedDelay(this::look, LOOKS_EVERY_SECONDS, LOOKS_EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /// Waits until the model is in memory. A thread that is interrupted meanwhile leaves at once.
    ///
    /// @param keepAlive replaces what was set for the model before
    /// @throws BackendException if it cannot be loaded
    Lease acquire(ModelSource source, Optional<KeepAlive> keepAlive, Options options) {
        InFlight.requireAlive();
        Place place = places.join(source, keepAlive, fresh -> startLoading(fresh, options));
        try {
            LoadedModel model = place.model.get();
            requireUnchanged(place);
            return new Lease(place, model);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            places.leave(place);
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        } catch (BackendException e) {
            places.leave(place);
            throw e;
        } catch (ExecutionException e) {
            places.leave(place);
            // Everybody who waits gets an exception of his own: the stack trace is the caller's.
            if (e.getCause() instanceof BackendException known) {
                throw new BackendException(known.kind(), String.valueOf(known.getMessage()), known);
            }
            throw BackendException.failed("error loading model '" + source.name() + "': " + e.getMessage(), e);
        }
    }

    /// Lets a model go as soon as nobody uses it, and waits for that if nobody does now; without an effect if
    /// it is not in memory.
    void unload(ModelSource source) {
        places.unload(source.files());
    }

    /// The models in memory, the one that stays longest first.
    List<RunningModel> running() {
        List<RunningModel> running = new ArrayList<>();
        places.eachLoaded((place, model) -> running.add(new RunningModel(
                place.source.name(),
                place.source.digest(),
                model.sizeBytes(),
                model.deviceBytes(),
                place.source.traits(),
                place.expiresAt(),
                model.contextTokens())));
        running.sort(Comparator.comparing(
                (RunningModel model) -> model.expiresAt().orElse(Instant.MAX), Comparator.reverseOrder()));
        return running;
    }

    /// What loading a model would take, and whether it would fit beside those that are in memory now.
    LoadPlan plan(ModelSource source, Options options) {
        return loading.plan(source, options, places.memory());
    }

    PoolStatistics statistics() {
        return places.statistics();
    }

    /// What the models in memory did and hold.
    List<ModelStatistics> modelStatistics() {
        List<ModelStatistics> models = new ArrayList<>();
        places.eachLoaded((place, model) -> model.statistics()
                .ifPresent(requests -> models.add(new ModelStatistics(place.source.name(), requests))));
        return models;
    }

    /// Ends what runs, gives up what is being loaded, and waits until every model is freed. Never on a decode
    /// thread, which this waits for.
    @Override
    public void close() {
        watch.shutdownNow();
        places.close();
    }

    private void requireUnchanged(Place place) {
        Optional<String> change = place.mapped.change();
        if (change.isEmpty()) return;
        places.changed(place, change.get());
        throw new BackendException(
                BackendException.Kind.FAILED,
                "model '" + place.source.name() + "' is unloaded: " + change.get()
                        + " while it was in memory. Ask again to load it anew");
    }

    /// The requests that run end at once, before more of them reads what may not be there any more. Whoever changes
    /// a file between two looks may still end this process.
    private void look() {
        for (Place place : places.loaded()) {
            place.mapped.change().ifPresent(change -> places.changed(place, change));
        }
    }

    private void startLoading(Place place, Options options) {
        Thread.ofPlatform().name("chasqui-load-" + place.source.name()).daemon().start(() -> load(place, options));
    }

    private void load(Place place, Options options) {
        try (BlackBox.Mark inHand = BlackBox.ofThisProcess().mark(place.source.name())) {
            inHand.set(BlackBox.Doing.LOADING);
            Loading.Prepared prepared = loading.prepare(place.source, options);
            inHand.set(BlackBox.Doing.NOTHING);
            if (!places.awaitRoom(place, prepared.plan())) return;
            // Who left meanwhile may have left room on a GPU, and who is idle may leave more.
            if (prepared.squeezed()) prepared = loading.prepare(place.source, options);
            while (prepared.squeezed() && places.evictIdlest()) prepared = loading.prepare(place.source, options);
            place.mapped = MappedFiles.of(place.source.files());
            requireWhole(place);
            inHand.set(BlackBox.Doing.LOADING);
            LoadedModel model = prepared.load(fraction -> places.stillWanted(place));
            places.ready(place, model);
            LOG.info("loaded {} in {} ms", place.source.name(), place.loadTime().toMillis());
        } catch (Throwable t) {
            places.failed(place, t);
        }
    }

    /// Native code sees only files that hold what they should. That may take seconds for one that nobody has read
    /// yet, and ends when nobody wants the model any more.
    private void requireWhole(Place place) {
        place.source.whole().require(bytes -> {
            if (!places.stillWanted(place)) {
                throw new BackendException(BackendException.Kind.CANCELLED, "request canceled");
            }
        });
    }
}
