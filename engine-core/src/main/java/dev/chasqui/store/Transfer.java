package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import dev.chasqui.registry.PartPlan;
import dev.chasqui.registry.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One file on its way from a registry into a store, for all who want it. It has a thread of its own, so that
/// whoever asked first may leave and the others still get it; when the last one left it ends, and what has
/// come stays.
///
/// Other processes that want the same file wait, and then find it there.
final class Transfer {

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);
    private static final Map<Path, Transfer> UNDER_WAY = new HashMap<>(); // guarded by itself

    private final ModelStore store;
    private final Layer layer;
    private final Repository repository;
    private final PartPlan plan;
    private final CompletableFuture<Path> done = new CompletableFuture<>();
    private final Thread worker;
    private volatile @Nullable PartialBlob partial;
    private int wanted; // guarded by UNDER_WAY

    private Transfer(
            ModelStore store, Layer layer, Repository repository, PartPlan plan, Optional<Transfer> predecessor) {
        this.store = store;
        this.layer = layer;
        this.repository = repository;
        this.plan = plan;
        this.worker = Thread.ofPlatform()
                .daemon()
                .name("chasqui-pull-" + layer.digest().hex().substring(0, 12))
                .unstarted(() -> run(predecessor));
    }

    /// Brings the file, or waits for somebody who does. Interrupting the thread gives it up.
    ///
    /// @param progress hears how many bytes are there
    static void bring(ModelStore store, Layer layer, Repository repository, PartPlan plan, FileProgress progress)
            throws InterruptedException {
        Path target = store.blobs().path(layer.digest());
        Transfer transfer;
        synchronized (UNDER_WAY) {
            Optional<Transfer> other = Optional.ofNullable(UNDER_WAY.get(target));
            boolean joins = other.isPresent() && other.get().wanted > 0;
            transfer = joins ? other.get() : new Transfer(store, layer, repository, plan, other);
            transfer.wanted++;
            if (!joins) {
                UNDER_WAY.put(target, transfer);
                transfer.worker.start();
            }
        }
        try {
            progress.until(transfer.done, transfer::completed);
        } finally {
            transfer.leave();
        }
    }

    private long completed() {
        PartialBlob file = partial;
        return file == null ? 0 : file.completed();
    }

    /// The last one who leaves sees it end, so that nothing is lost when the process does.
    private void leave() throws InterruptedException {
        synchronized (UNDER_WAY) {
            if (--wanted > 0) return;
            if (!done.isDone()) worker.interrupt();
        }
        worker.join(ENDS_WITHIN);
    }

    private void run(Optional<Transfer> predecessor) {
        Path target = store.blobs().path(layer.digest());
        try {
            if (predecessor.isPresent()) predecessor.get().worker.join(); // it was given up, and is about to end
            bring();
            done.complete(target);
        } catch (InterruptedException e) {
            done.completeExceptionally(new BackendException(Kind.CANCELLED, "interrupted", e));
        } catch (IOException e) {
            done.completeExceptionally(store.cannotWrite(e));
        } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
        } finally {
            synchronized (UNDER_WAY) {
                UNDER_WAY.remove(target, this);
            }
        }
    }

    private void bring() throws IOException, InterruptedException {
        // One of 256 locks: two files seldom share one, and the folder does not fill with locks.
        Path lock =
                store.ownFolder().resolve("pulls").resolve(layer.digest().hex().substring(0, 2) + ".lock");
        try (FolderLock _ = FolderLock.hold(lock)) {
            if (store.blobs().has(layer)) return; // another process brought it meanwhile
            try (PartialBlob file = PartialBlob.open(store, layer, plan)) {
                partial = file;
                boolean whole = false;
                try {
                    bring(file);
                    file.keep();
                    whole = true;
                } finally {
                    if (!whole) file.leave();
                }
            }
        }
    }

    /// A file that turns out to be another is not kept. If some of it is from an earlier time that may be to
    /// blame, so it comes once more.
    private void bring(PartialBlob file) throws IOException, InterruptedException {
        for (boolean resumed = file.completed() > 0; ; resumed = false) {
            repository.download(layer.digest(), layer.size(), file);
            Digest got = file.digest();
            if (got.equals(layer.digest())) return;
            file.discard();
            if (!resumed) {
                throw new BackendException(
                        Kind.FAILED,
                        "digest mismatch, file must be downloaded again: want " + layer.digest() + ", got " + got);
            }
        }
    }
}
