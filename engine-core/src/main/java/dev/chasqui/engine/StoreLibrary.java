package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.CatalogueEntry;
import dev.chasqui.store.ModelFetcher;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Quantizer;
import dev.chasqui.store.RemoteModels;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A store's models, managed by the names a caller gives them.
///
/// @param remote those of registries
record StoreLibrary(ModelStore store, RemoteModels remote) implements ModelLibrary {

    @Override
    public void copy(String source, String destination) {
        store.copy(ModelName.parse(source), ModelName.parse(destination));
    }

    @Override
    public void delete(String model) {
        store.delete(ModelName.parse(model));
    }

    @Override
    public boolean hasBlob(String digest) {
        return store.hasBlob(Digest.parse(digest));
    }

    @Override
    public boolean takeBlob(String digest, InputStream content) {
        return store.takeBlob(Digest.parse(digest), content);
    }

    /// A model to start from that is not there is pulled first.
    @Override
    public void create(CreateRequest request, Progress progress) {
        Quantizer quantizer = new LlamaQuantizer();
        try {
            store.create(request, quantizer, progress);
        } catch (BackendException e) {
            if (e.kind() != BackendException.Kind.NOT_FOUND || request.from().isEmpty()) throw e;
            pull(request.from().get(), false, withoutSuccess(progress));
            store.create(request, quantizer, progress);
        }
    }

    private static Progress withoutSuccess(Progress progress) {
        return line -> {
            if (!line.status().equals("success")) progress.report(line);
        };
    }

    @Override
    public void pull(String model, boolean insecure, Progress progress) {
        RemoteName name = RemoteName.parse(model);
        Optional<CatalogueEntry> entry =
                remote.asksOllama(name) ? Catalogue.standard().find(name.name()) : Optional.empty();
        if (entry.filter(CatalogueEntry::isFetchable).isPresent()) {
            fetch(entry.get(), progress);
        } else {
            remote.pull(name, insecure, progress);
        }
    }

    /// What is there already is told, too.
    private void fetch(CatalogueEntry entry, Progress progress) {
        AtomicBoolean told = new AtomicBoolean();
        ModelFetcher.fetch(entry, store, remote.isOffline(), line -> {
            told.set(true);
            progress.report(line);
        });
        if (told.get()) return;
        progress.status("pulling manifest");
        progress.status("success");
    }

    @Override
    public void push(String model, boolean insecure, Progress progress) {
        remote.push(RemoteName.parse(model), insecure, progress);
    }
}
