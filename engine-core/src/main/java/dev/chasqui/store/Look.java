package dev.chasqui.store;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// One look at the blobs' folder, in which no file is looked for twice: many models share theirs.
///
/// @param state of the folder, if it had settled
/// @param found files that were there
record Look(Optional<Folders.State> state, Set<Layer> found) {

    static Look at(Optional<Folders.State> state) {
        return new Look(state, ConcurrentHashMap.newKeySet());
    }

    /// @throws dev.chasqui.api.BackendException naming the first of the manifest's files that is not there
    void require(Manifest manifest, Blobs blobs) {
        manifest.everything().forEach(layer -> {
            if (found.contains(layer)) return;
            blobs.require(layer);
            found.add(layer);
        });
    }
}
