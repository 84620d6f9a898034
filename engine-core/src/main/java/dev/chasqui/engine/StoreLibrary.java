package dev.chasqui.engine;

import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.store.Digest;
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
}
