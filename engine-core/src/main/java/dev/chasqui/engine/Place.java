package dev.chasqui.engine;

import dev.chasqui.api.KeepAlive;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// One model's way through memory, from its first request until it is freed. Guarded by its pool's lock, except
/// for what never changes.
final class Place {

    enum Stage {
        /// Until it is this one's turn and there is room.
        WAITING,
        LOADING,
        READY,
        /// No request may join; it goes when its last user has, and until then takes room.
        LEAVING,
        GONE
    }

    final ModelSource source;
    final CompletableFuture<LoadedModel> model = new CompletableFuture<>();
    final long waitingSince = System.nanoTime();

    Stage stage = Stage.WAITING;
    KeepAlive keepAlive;
    int users;
    /// Looked at just before they are read.
    volatile MappedFiles mapped = new MappedFiles(List.of());
    private @Nullable MemoryPlan plan;
    private long loadingSince;
    private long readySince;
    private Instant idleSince = Instant.now();

    private boolean beingFreed;

    private @Nullable Future<?> farewell;

    Place(ModelSource source, KeepAlive keepAlive) {
        this.source = source;
        this.keepAlive = keepAlive;
    }

    void loads(MemoryPlan plan) {
        stage = Stage.LOADING;
        this.plan = plan;
        loadingSince = System.nanoTime();
    }

    void ready() {
        stage = Stage.READY;
        readySince = System.nanoTime();
    }

    Duration loadTime() {
        return Duration.ofNanos(readySince - loadingSince);
    }

    long readySince() {
        return readySince;
    }

    /// What comes back when it is gone.
    long neededBytes() {
        return plan == null ? 0 : plan.neededBytes();
    }

    /// What the system takes for available, and is not: mapped weights that are in use, and what this one will
    /// still take.
    long promisedBytes() {
        if (plan == null) return 0;
        LoadedModel loaded = loaded();
        if (loaded == null) return plan.neededBytes();
        return plan.mappedBytes() + (loaded.hasItsContext() ? 0 : plan.contextBytes());
    }

    /// `true` once.
    boolean beginsToBeFreed() {
        boolean first = !beingFreed;
        beingFreed = true;
        return first;
    }

    boolean isBeingFreed() {
        return beingFreed;
    }

    boolean idle() {
        return users == 0;
    }

    void idleFromNow() {
        idleSince = Instant.now();
    }

    Instant idleSince() {
        return idleSince;
    }

    Optional<Instant> expiresAt() {
        if (stage == Stage.LEAVING) return Optional.of(Instant.now());
        return keepAlive.expiryFrom(users > 0 ? Instant.now() : idleSince);
    }

    void expires(@Nullable Future<?> when) {
        if (farewell != null) farewell.cancel(false);
        farewell = when;
    }

    @Nullable
    LoadedModel loaded() {
        return model.isDone() && !model.isCompletedExceptionally() ? model.join() : null;
    }
}
