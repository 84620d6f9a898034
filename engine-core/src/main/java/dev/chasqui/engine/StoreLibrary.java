package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.CatalogueEntry;
import dev.chasqui.store.ModelFetcher;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Quantizer;
import java.io.InputStream;

/// A store's models, managed by the names a caller gives them.
record StoreLibrary(ModelStore store) implements ModelLibrary {

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
        CatalogueEntry entry = Catalogue.standard()
                .find(ModelName.parse(model))
                .orElseThrow(() -> BackendException.modelNotFound(model));
        ModelFetcher.fetch(entry, store, progress);
    }

    @Override
    public void push(String model, boolean insecure, Progress progress) {
        throw BackendException.invalid("push is not there yet");
    }
}
