package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads files whole and compares what they hold with their names. One that holds something else is set aside, so
/// that nobody uses it and the next pull brings it anew.
final class Verifier {

    private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);

    private final ModelStore store;
    private final Manifests manifests;
    private final Blobs blobs;
    private final Verified verified;

    Verifier(ModelStore store, Manifests manifests, Blobs blobs, Verified verified) {
        this.store = store;
        this.manifests = manifests;
        this.blobs = blobs;
        this.verified = verified;
    }

    /// @param read what the file was when it was found to hold something else
    private record Flaw(String problem, Optional<Stamp> read) {
        static Flaw of(String problem) {
            return new Flaw(problem, Optional.empty());
        }
    }

    /// Reads every file of these models, whatever is known of it.
    Verification verify(List<Manifests.Entry> models, Progress progress) {
        List<Damage> damage = new ArrayList<>();
        Map<Digest, Layer> layers = layers(models, damage);
        long total = layers.values().stream().mapToLong(this::fileBytes).sum();
        long done = 0;
        for (Layer layer : layers.values()) {
            long before = done;
            long size = fileBytes(layer);
            LongConsumer reading = bytes -> progress.report(
                    new ProgressLine("verifying", layer.digest().toString(), before + Math.min(bytes, size), total));
            flaw(layer, true, FileDigest::of, reading)
                    .map(flaw -> damage(layer, flaw))
                    .ifPresent(damage::add);
            done += size;
            progress.report(new ProgressLine("verifying", layer.digest().toString(), done, total));
        }
        return new Verification(models.size(), layers.size(), total, damage);
    }

    /// As [#verify], of all files that are there and that nobody has noted to have read for so long.
    Verification scrub(Duration since, LongConsumer reading) {
        List<Manifests.Entry> models = manifests.known();
        List<Damage> damage = new ArrayList<>();
        List<Layer> due = layers(models, new ArrayList<>()).values().stream()
                .filter(layer -> isDue(layer.digest(), since))
                .toList();
        long total = 0;
        for (Layer layer : due) {
            total += fileBytes(layer);
            flaw(layer, true, FileDigest::here, reading)
                    .map(flaw -> damage(layer, flaw))
                    .ifPresent(damage::add);
        }
        return new Verification(models.size(), due.size(), total, damage);
    }

    private boolean isDue(Digest digest, Duration since) {
        try {
            return !verified.wasReadWithin(since, digest, Stamp.of(blobs.path(digest)));
        } catch (IOException e) {
            return false; // it is not there, which whoever wants it will say
        }
    }

    /// @param damage gets those that are no manifests
    private Map<Digest, Layer> layers(List<Manifests.Entry> models, List<Damage> damage) {
        Map<Digest, Layer> layers = new LinkedHashMap<>();
        for (Manifests.Entry entry : models) {
            try {
                Manifest manifest = Manifest.parse(manifests.read(entry));
                manifest.everything().forEach(layer -> layers.putIfAbsent(layer.digest(), layer));
            } catch (NoSuchFileException e) {
                LOG.debug("{} was deleted just now", entry.name());
            } catch (IOException | BackendException e) {
                String problem = "is no manifest: " + e.getMessage();
                damage.add(new Damage(entry.file(), problem, Optional.empty(), List.of(entry.name())));
            }
        }
        return layers;
    }

    /// As it is: a manifest may say anything.
    private long fileBytes(Layer layer) {
        return blobs.path(layer.digest()).toFile().length();
    }

    /// Sees to it that the model's files were read lately, and are whole.
    ///
    /// @param reading hears how many bytes of a file were read; may throw to give it up
    /// @throws BackendException naming the file that is not
    void require(StoredModel model, LongConsumer reading) {
        for (Layer layer : model.manifest().everything().distinct().toList()) {
            Optional<Flaw> flaw = flaw(layer, false, FileDigest::of, reading);
            if (flaw.isEmpty()) continue;
            String message = "model '" + model.name() + "' is damaged: "
                    + damage(layer, flaw.get()).message();
            LOG.error("{}", message);
            throw new BackendException(BackendException.Kind.FAILED, message);
        }
    }

    private interface Hashing {
        Digest of(Path file, LongConsumer reading) throws IOException;
    }

    /// @param anew reads it even if it is known to be whole
    private Optional<Flaw> flaw(Layer layer, boolean anew, Hashing hashing, LongConsumer reading) {
        Path file = blobs.path(layer.digest());
        try {
            Stamp stamp = Stamp.of(file);
            if (!Files.isRegularFile(file)) return Optional.of(new Flaw("is no regular file", Optional.of(stamp)));
            if (anew || !verified.is(layer.digest(), stamp)) {
                Digest got = hashing.of(file, reading);
                if (!Stamp.of(file).equals(stamp)) return Optional.of(Flaw.of("was written to while it was read"));
                if (!got.equals(layer.digest())) {
                    String problem = "holds something else, its SHA-256 is " + got.hex();
                    return Optional.of(new Flaw(problem, Optional.of(stamp)));
                }
                verified.note(got, stamp);
                blobs.dropAside(got);
            }
            if (stamp.bytes() == layer.size()) return Optional.empty();
            return Optional.of(Flaw.of("has " + stamp.bytes() + " bytes, the manifest says " + layer.size()));
        } catch (NoSuchFileException e) {
            return Optional.of(Flaw.of("is missing"));
        } catch (ClosedByInterruptException e) {
            throw store.cannotWrite(e);
        } catch (IOException e) {
            return Optional.of(Flaw.of("cannot be read (" + e.getMessage() + ")"));
        }
    }

    private Damage damage(Layer layer, Flaw flaw) {
        Path file = blobs.path(layer.digest());
        Optional<Path> aside = flaw.read().flatMap(stamp -> setAside(layer.digest(), stamp));
        return new Damage(file, flaw.problem(), aside, users(layer.digest()));
    }

    /// @param read what was read; another that came in its place meanwhile is left alone
    private Optional<Path> setAside(Digest digest, Stamp read) {
        try {
            return store.writing(() ->
                    Stamp.of(blobs.path(digest)).equals(read) ? Optional.of(blobs.setAside(digest)) : Optional.empty());
        } catch (BackendException e) {
            LOG.warn("{} is damaged and cannot be set aside: {}", blobs.path(digest), e.getMessage());
            return Optional.empty();
        }
    }

    private List<ModelName> users(Digest digest) {
        return manifests.known().stream()
                .filter(entry -> uses(entry, digest))
                .map(Manifests.Entry::name)
                .sorted(Comparator.comparing(ModelName::longForm))
                .toList();
    }

    private boolean uses(Manifests.Entry entry, Digest digest) {
        try {
            return Manifest.parse(manifests.read(entry)).digests().contains(digest);
        } catch (IOException | BackendException e) {
            return false; // it has a flaw of its own
        }
    }
}
