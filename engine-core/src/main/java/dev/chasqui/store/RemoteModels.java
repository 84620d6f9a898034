package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.GgufGate;
import dev.chasqui.registry.Registries;
import dev.chasqui.registry.RegistrySettings;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Models that go between a store and registries. Nobody sees one before all of it is there and verified;
/// what breaks off goes on where it was.
public final class RemoteModels {

    /// Somebody who deletes all the time could take a file away again and again.
    private static final int TRIES = 3;

    private final ModelStore store;
    private final Registries registries;
    private final RegistrySettings settings;

    public RemoteModels(ModelStore store, RegistrySettings settings) {
        this.store = store;
        this.registries = new Registries(settings);
        this.settings = settings;
    }

    /// Whether Ollama's registry is meant, because the name says no other and nobody set one.
    public boolean asksOllama(RemoteName remote) {
        return !remote.namesHost() && settings.standard().isEmpty();
    }

    public boolean isOffline() {
        return settings.offline();
    }

    /// Brings a model, or what is new of it. See [dev.chasqui.api.ModelLibrary#pull].
    public void pull(RemoteName remote, boolean insecure, Progress progress) {
        progress.status("pulling manifest");
        try {
            Repository repository = registries.open(remote, insecure);
            byte[] json = manifest(repository);
            Manifest manifest = checked(json);
            for (int i = 0; i < TRIES; i++) {
                requireRoom(manifest.files());
                requireConfig(manifest.config(), repository);
                for (Layer layer : manifest.files()) bring(layer, repository, progress);
                manifest.files().forEach(this::requireSound);
                progress.status("verifying sha256 digest"); // each was, before it got its name
                progress.status("writing manifest");
                Optional<Set<Digest>> unused = store.publish(remote.name(), json);
                if (unused.isEmpty()) continue; // somebody deleted a file that was there already
                removeUnused(unused.get(), progress);
                progress.status("success");
                return;
            }
            throw new BackendException(
                    Kind.FAILED, "files of '" + remote.name() + "' were deleted while it was pulled; try again");
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static byte[] manifest(Repository repository) throws InterruptedException {
        try {
            return repository.manifest();
        } catch (BackendException e) {
            throw new BackendException(e.kind(), "pull model manifest: " + e.getMessage(), e);
        }
    }

    private static Manifest checked(byte[] json) {
        try {
            Manifest manifest = Manifest.parse(json);
            if (manifest.layers().isEmpty()) throw BackendException.invalid("it has no layers");
            if (manifest.config().size() > Manifest.MOST_BYTES) {
                throw BackendException.invalid(
                        "its config has " + manifest.config().size() + " bytes");
            }
            Map<Digest, Long> sizes = new HashMap<>();
            manifest.everything().forEach(layer -> {
                Long other = sizes.putIfAbsent(layer.digest(), layer.size());
                if (other != null && other != layer.size()) {
                    throw BackendException.invalid(layer.digest() + " has two sizes in it");
                }
            });
            return manifest;
        } catch (BackendException e) {
            throw new BackendException(
                    Kind.FAILED, "pull model manifest: the registry's manifest is of no use: " + e.getMessage(), e);
        }
    }

    /// Small, and told last, but looked at before gigabytes come.
    private void requireConfig(Layer config, Repository repository) throws InterruptedException {
        bring(config, repository, Progress.NONE);
        try {
            ConfigBlob.parse(store.blobs().read(config));
        } catch (BackendException e) {
            throw new BackendException(Kind.FAILED, "the model at the registry is of no use: " + e.getMessage(), e);
        }
    }

    private void bring(Layer layer, Repository repository, Progress progress) throws InterruptedException {
        FileProgress own = new FileProgress("pulling", layer, progress);
        if (store.blobs().has(layer)) own.complete();
        else Transfer.bring(store, layer, repository, settings.plan(), own);
    }

    /// What native code could not be given does not become a model here. A file in another format may: some are for
    /// Ollama alone, and are refused when somebody asks them here.
    private void requireSound(Layer layer) {
        if (!MediaTypes.GGUF.contains(layer.mediaType())) return;
        Path file = store.blobs().path(layer.digest());
        try {
            if (GgufFile.isGguf(file)) GgufGate.standard().judgeAlone(file);
        } catch (GgufException e) {
            removeUnused(Set.of(layer.digest()), Progress.NONE);
            throw new BackendException(Kind.FAILED, "the model at the registry is of no use: " + e.getMessage(), e);
        }
    }

    /// Before the first byte comes: a disk that fills up breaks more than a pull.
    private void requireRoom(Collection<Layer> files) {
        try {
            PartialBlob.clearAbandoned(store);
            long needed = 0;
            for (Layer layer : files) {
                if (!store.blobs().has(layer)) {
                    needed = Math.addExact(needed, layer.size() - PartialBlob.there(store, layer));
                }
            }
            store.requireRoom(needed);
        } catch (ArithmeticException e) {
            throw new BackendException(
                    Kind.FAILED, "pull model manifest: the registry's manifest names more bytes than there can be", e);
        } catch (IOException e) {
            throw store.cannotWrite(e);
        }
    }

    /// The model is there by now, so what fails here is only told.
    private void removeUnused(Set<Digest> files, Progress progress) {
        if (files.isEmpty()) return;
        progress.status("removing unused layers");
        try {
            store.writing(() -> {
                store.removeUnused(files);
                return files;
            });
        } catch (BackendException e) {
            progress.status("couldn't remove unused layers: " + e.getMessage());
        }
    }

    /// Sends a model to where its name leads. See [dev.chasqui.api.ModelLibrary#push].
    public void push(RemoteName remote, boolean insecure, Progress progress) {
        progress.status("retrieving manifest");
        try {
            ModelStore.Published model = store.published(remote.name());
            Repository repository = registries.open(remote, insecure);
            List<Layer> files = model.manifest().files();
            files.forEach(store.blobs()::require);
            for (Layer layer : files) send(layer, repository, progress);
            progress.status("pushing manifest");
            repository.putManifest(model.json());
            progress.status("success");
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void send(Layer layer, Repository repository, Progress progress) throws InterruptedException {
        Path file = store.blobs().path(layer.digest());
        AtomicLong sent = new AtomicLong();
        try (ExecutorService worker = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("chasqui-push").factory())) {
            try {
                Future<?> done = worker.submit(() -> {
                    repository.upload(layer.digest(), file, layer.size(), origin(layer), sent::set);
                    return file;
                });
                new FileProgress("pushing", layer, progress).until(done, sent::get);
            } finally {
                worker.shutdownNow();
            }
        }
    }

    /// Of which other repository a file came, where the manifest knows: there the registry may have it already.
    private static Optional<String> origin(Layer layer) {
        if (layer.from().isEmpty()) return Optional.empty();
        try {
            ModelName from = ModelName.parse(layer.from());
            return Optional.of(from.namespace() + "/" + from.model());
        } catch (BackendException e) {
            return Optional.empty(); // anything may stand in a manifest; the file is sent then
        }
    }

    private static BackendException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new BackendException(Kind.CANCELLED, "interrupted", e);
    }
}
