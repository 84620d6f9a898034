package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Reads what a name leads to and looks for all its files. What was read of a manifest stays good while the file is
/// the same.
final class Opener {

    private static final int MOST_MODELS = 50_000;
    private static final int MOST_CONFIGS = 4_096;
    private static final int MOST_TRIES = 10;

    private final Manifests manifests;
    private final Blobs blobs;
    private final Capabilities capabilities;
    private final Map<Path, Opened> opened = new ConcurrentHashMap<>();
    private final Map<Digest, ConfigBlob> configs = new ConcurrentHashMap<>();

    /// @param whole the state of the blobs' folder in which all the model's files were there
    private record Opened(Stamp stamp, StoredModel model, Optional<Folders.State> whole) {}

    Opener(Manifests manifests, Blobs blobs, Capabilities capabilities) {
        this.manifests = manifests;
        this.blobs = blobs;
        this.capabilities = capabilities;
    }

    /// The model of that name, all of whose files are there; empty if it was deleted just now.
    ///
    /// @throws BackendException naming what is damaged
    Optional<StoredModel> open(Manifests.Entry entry, Look look) {
        for (int tries = 1; ; tries++) {
            try {
                Stamp stamp = Stamp.of(entry.file());
                try {
                    return Optional.of(open(entry, stamp, look));
                } catch (BackendException e) {
                    // Somebody may have made it anew meanwhile and removed what only the old one used.
                    if (tries < MOST_TRIES && !Stamp.of(entry.file()).equals(stamp)) continue;
                    throw new BackendException(
                            BackendException.Kind.FAILED,
                            "model '" + entry.name() + "' (" + entry.file() + ") is damaged: " + e.getMessage(),
                            e);
                }
            } catch (NoSuchFileException e) {
                opened.remove(entry.file());
                return Optional.empty(); // deleted just now
            } catch (IOException e) {
                throw BackendException.failed(entry.file() + " cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /// Where the model was whole in the folder's present state, its files are not looked for again.
    private StoredModel open(Manifests.Entry entry, Stamp stamp, Look look) throws IOException {
        Optional<Opened> known = Optional.ofNullable(opened.get(entry.file()))
                .filter(same -> same.stamp().equals(stamp));
        boolean whole = look.state().isPresent()
                && known.filter(same -> same.whole().equals(look.state())).isPresent();
        StoredModel model = known.isPresent() ? known.get().model() : read(entry, stamp);
        if (!whole) {
            look.require(model.manifest(), blobs);
            if (opened.size() >= MOST_MODELS) opened.clear();
            opened.put(entry.file(), new Opened(stamp, model, look.state()));
        }
        return model;
    }

    private StoredModel read(Manifests.Entry entry, Stamp stamp) throws IOException {
        byte[] json = manifests.read(entry);
        Manifest manifest = Manifest.parse(json);
        Instant modified = stamp.modified().toInstant();
        ConfigBlob config = config(manifest.config());
        return new StoredModel(entry.name(), Digest.of(json), modified, manifest, config, blobs, capabilities);
    }

    /// Many models share one, and one that holds what its digest says never changes.
    private ConfigBlob config(Layer layer) {
        ConfigBlob known = configs.get(layer.digest());
        if (known != null) return known;
        byte[] json = blobs.read(layer);
        ConfigBlob config = ConfigBlob.parse(json);
        if (configs.size() >= MOST_CONFIGS) configs.clear();
        if (Digest.of(json).equals(layer.digest())) configs.put(layer.digest(), config);
        return config;
    }
}
