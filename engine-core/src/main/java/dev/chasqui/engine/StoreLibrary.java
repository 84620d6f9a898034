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

    @Override
    public void create(CreateRequest request, Progress progress) {
        throw BackendException.invalid("create is not there yet");
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
