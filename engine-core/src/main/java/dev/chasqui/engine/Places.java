package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.engine.Place.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who is in memory, who waits to get in, and who has to go: the pool's state behind one lock. Nothing is
/// loaded or freed while the lock is held.
final class Places {

    private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);
    private static final long LONGEST_MILLIS = Duration.ofDays(365_000).toMillis();

    private static final long UNTIL_CHANGED = Long.MAX_VALUE;

    private final int most;
    private final KeepAlive usualKeepAlive;
    private final Supplier<MachineMemory> machine;
    private final Turns turns;
    private final ScheduledExecutorService expiry = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("chasqui-expiry").factory());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /// Those a request can join, in the order in which they were first asked for.
    private final Map<ModelSource.Files, Place> open = new LinkedHashMap<>();
    private final Set<Place> leaving = new HashSet<>();
    private long loads;
    private long failures;
    private long evicted;
    private long expired;
    private boolean closed;

    Places(int most, KeepAlive usualKeepAlive, Supplier<MachineMemory> machine, Turns turns) {
        this.most = most;
        this.usualKeepAlive = usualKeepAlive;
        this.machine = machine;
        this.turns = turns;
    }

    /// Takes a place for one more request. It must be left again, once.
    ///
    /// @param bring is called for a place that is new, to get its model
    Place join(ModelSource source, Optional<KeepAlive> keepAlive, Consumer<Place> bring) {
        return locked(() -> {
            if (closed) throw new IllegalStateException("the engine is closed");
            Place place = open.get(source.files());
            if (place == null) {
                place = new Place(source, usualKeepAlive);
                bring.accept(place);
                open.put(source.files(), place);
            }
            place.users++;
            place.keepAlive = keepAlive.orElse(place.keepAlive);
            place.expires(null);
            return place;
        });
    }

    /// Often called by a decode thread, which must not wait for itself: another thread frees models.
    void leave(Place place) {
        run(() -> {
            place.users--;
            if (place.users > 0) return;
            switch (place.stage) {
                case WAITING -> gone(place);
                case READY -> stays(place);
                case LEAVING -> free(place);
                default -> {}
            }
            changed.signalAll();
        });
    }

    /// Waits for this one's turn and for room, and takes it.
    ///
    /// @return `false` if nobody waits for this model any more
    /// @throws BackendException with the numbers, if there can never be room
    boolean awaitRoom(Place place, MemoryPlan plan) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) throw new IllegalStateException("the engine is closed");
                if (place.stage == Stage.GONE) return false;
                long nanos = isNext(place) ? makeRoom(place, plan) : UNTIL_CHANGED;
                if (place.stage == Stage.LOADING) return true;
                if (nanos > 0) changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Frees the idle model that goes first, and waits until it is gone.
    ///
    /// @return `false` if none is idle
    boolean evictIdlest() {
        return locked(() -> {
            Place victim = room().idlest().orElse(null);
            if (victim == null) return false;
            evict(victim);
            while (victim.stage != Stage.GONE) changed.awaitUninterruptibly();
            return true;
        });
    }

    /// What the machine has for one more model.
    MachineMemory memory() {
        return locked(() -> room().memory());
    }

    /// Whether a load is worth going on with: somebody waits for it, or nobody needs its room.
    boolean stillWanted(Place place) {
        return locked(() -> {
            boolean needed = open.values().stream().anyMatch(other -> other.stage == Stage.WAITING);
            boolean wanted = place.stage == Stage.LOADING && !closed && !(place.idle() && needed);
            if (!wanted) leaves(place);
            return wanted;
        });
    }

    void ready(Place place, LoadedModel model) {
        run(() -> {
            boolean wanted = place.stage == Stage.LOADING && !closed;
            loads++;
            place.ready();
            place.model.complete(model);
            if (!wanted) {
                leaves(place);
                free(place);
            } else if (place.idle()) {
                stays(place);
            }
            changed.signalAll();
        });
    }

    void failed(Place place, Throwable cause) {
        run(() -> {
            if (!place.idle()) failures++;
            gone(place);
            place.model.completeExceptionally(cause);
        });
    }

    void unload(ModelSource.Files files) {
        run(() -> {
            Place place = open.get(files);
            if (place == null) return;
            place.keepAlive = KeepAlive.UNLOAD;
            if (place.stage != Stage.READY || !place.idle()) return;
            expire(place);
            while (place.stage != Stage.GONE) changed.awaitUninterruptibly();
        });
    }

    /// Ends whatever runs with this model and frees it, because its files are not what they were.
    void changed(Place place, String change) {
        run(() -> {
            if (place.loaded() == null || place.isBeingFreed()) return;
            LOG.error("{} is unloaded at once: {} while it was in memory", place.source.name(), change);
            leaves(place);
            free(place);
        });
    }

    /// Those in memory, whether or not a request may join.
    List<Place> loaded() {
        return locked(
                () -> all().stream().filter(place -> place.loaded() != null).toList());
    }

    void eachLoaded(BiConsumer<Place, LoadedModel> visitor) {
        run(() -> {
            for (Place place : all()) {
                LoadedModel model = place.loaded();
                if (model != null && !(place.stage == Stage.LEAVING && place.idle())) visitor.accept(place, model);
            }
        });
    }

    PoolStatistics statistics() {
        return locked(() -> {
            int waiting = open.values().stream()
                    .filter(place -> place.stage != Stage.READY)
                    .mapToInt(place -> place.users)
                    .sum();
            int loaded =
                    (int) all().stream().filter(place -> place.loaded() != null).count();
            return new PoolStatistics(loads, failures, evicted, expired, loaded, waiting);
        });
    }

    void close() {
        run(() -> {
            closed = true;
            for (Place place : all()) {
                if (place.stage == Stage.READY) leaves(place);
                if (place.stage == Stage.LEAVING && place.loaded() != null) free(place);
            }
            changed.signalAll();
            while (!open.isEmpty() || !leaving.isEmpty()) changed.awaitUninterruptibly();
        });
        expiry.shutdownNow();
    }

    private boolean isNext(Place place) {
        return open.values().stream()
                .filter(other -> other.stage == Stage.WAITING)
                .findFirst()
                .orElseThrow()
                .equals(place);
    }

    /// Takes the room if it is there; else sees to it that somebody goes.
    ///
    /// @return how long to wait before asking again, unless something changes earlier
    private long makeRoom(Place place, MemoryPlan plan) {
        Room room = room();
        if (room.has(plan)) {
            place.loads(plan);
            changed.signalAll(); // the next one may look for room
            return 0;
        }
        room.requirePossible(place.source.name(), plan);
        if (room.willHave(plan, Place::idle)) return UNTIL_CHANGED;
        Place victim = room.idlest().orElse(null);
        if (victim == null) {
            if (room.willHave(plan, leaver -> true)) return UNTIL_CHANGED;
            victim = room.longestInUse().orElse(null);
            if (victim == null) return UNTIL_CHANGED; // all are being loaded
            long left = turns.endFor(place, victim) - System.nanoTime();
            if (left > 0) return left;
        }
        LOG.info("{} gives way to {}", victim.source.name(), place.source.name());
        evict(victim);
        return 0;
    }

    private Room room() {
        List<Place> inMemory =
                all().stream().filter(place -> place.stage != Stage.WAITING).toList();
        return new Room(inMemory, most, machine.get());
    }

    private void evict(Place place) {
        evicted++;
        leaves(place);
    }

    private void stays(Place place) {
        place.idleFromNow();
        if (place.keepAlive.unloads()) expire(place);
        else place.keepAlive.duration().ifPresent(duration -> expireIn(duration, place));
    }

    private void expire(Place place) {
        expired++;
        leaves(place);
    }

    private void expireIn(Duration duration, Place place) {
        Runnable farewell = () -> run(() -> {
            if (place.stage == Stage.READY && place.idle()) expire(place);
        });
        long millis = Math.min(duration.toMillis(), LONGEST_MILLIS);
        if (!closed) place.expires(expiry.schedule(farewell, millis, TimeUnit.MILLISECONDS));
    }

    /// From now on nobody joins it, and its room comes back when the last user is gone.
    private void leaves(Place place) {
        open.remove(place.source.files(), place);
        leaving.add(place);
        place.expires(null);
        place.stage = Stage.LEAVING;
        if (place.idle()) free(place);
        changed.signalAll();
    }

    private void free(Place place) {
        LoadedModel model = place.loaded();
        if (model == null || !place.beginsToBeFreed()) return;
        Thread.ofPlatform().daemon().name("chasqui-free-" + place.source.name()).start(() -> {
            try {
                model.close();
                LOG.info("unloaded {}", place.source.name());
            } finally {
                run(() -> gone(place));
            }
        });
    }

    private void gone(Place place) {
        open.remove(place.source.files(), place);
        leaving.remove(place);
        place.stage = Stage.GONE;
        changed.signalAll();
    }

    private List<Place> all() {
        List<Place> all = new ArrayList<>(leaving);
        all.addAll(open.values());
        return all;
    }

    private void run(Runnable action) {
        locked(() -> {
            action.run();
            return this;
        });
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
