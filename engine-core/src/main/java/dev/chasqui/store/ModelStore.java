package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.gguf.GgufException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder of models in Ollama's layout. Safe to use from many threads and processes, a running Ollama among
/// them: a name or a file is either whole or not there.
///
/// Every failure is a [BackendException] that names the model or the file and says what to do.
public final class ModelStore {

    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

    /// A folder of our own inside the store's, which Ollama does not look at.
    static final String OWN_FOLDER = ".chasqui";

    private final Path root;
    private final Disk disk;
    private final Notes notes;
    private final Folders folders;
    private final Blobs blobs;
    private final Manifests manifests;
    private final Opener opener;
    private final Verifier verifier;
    private final ModelList summaries;
    private final Sound sound;

    private ModelStore(Path root, StoreSettings settings, Disk disk, Clock clock) {
        this.notes = Notes.ofStore(root, settings.cache(), disk);
        Verified verified = new Verified(notes, settings.trust(), clock);
        this.sound = new Sound(notes);
        this.root = root;
        this.disk = disk;
        this.folders = new Folders(clock, disk);
        this.blobs = new Blobs(root.resolve("blobs"), disk, verified);
        this.manifests = new Manifests(root.resolve("manifests"), disk, folders);
        this.opener = new Opener(manifests, blobs, new Capabilities(settings.goTemplates()));
        this.verifier = new Verifier(this, manifests, blobs, verified);
        String kind = settings.goTemplates() ? "go" : "any";
        this.summaries = new ModelList(manifests, folders, blobs.folder(), opener, notes, kind);
    }

    /// The store in that folder. Nothing is made until something is written.
    public static ModelStore at(Path root) {
        return at(root, StoreSettings.DEFAULT);
    }

    public static ModelStore at(Path root, StoreSettings settings) {
        return at(root, settings, Disk.REAL, Clock.systemUTC());
    }

    static ModelStore at(Path root, Disk disk) {
        return at(root, StoreSettings.DEFAULT, disk, Clock.systemUTC());
    }

    static ModelStore at(Path root, StoreSettings settings, Disk disk, Clock clock) {
        return new ModelStore(root.toAbsolutePath().normalize(), settings, disk, clock);
    }

    /// `OLLAMA_MODELS` if it is set, else `~/.ollama/models`.
    ///
    /// @param env the environment's variables
    public static Path defaultRoot(Map<String, String> env) {
        Path home = Path.of(System.getProperty("user.home", "."));
        String set = env.getOrDefault("OLLAMA_MODELS", "").strip().replaceAll("^[\"']+|[\"']+$", "");
        if (set.isEmpty()) return home.resolve(".ollama").resolve("models");
        return set.startsWith("~/") ? home.resolve(set.substring(2)) : Path.of(set);
    }

    public Path root() {
        return root;
    }

    /// What there is to say in a line about each model that is whole, newest first. One that is not is logged once
    /// and left out.
    ///
    /// Cheap to ask often: what did not change is not read again.
    public List<ModelSummary> summaries() {
        return summaries.summaries();
    }

    /// The models whose files are all there, newest first.
    public List<StoredModel> list() {
        Look look = Look.at(folders.state(blobs.folder()));
        List<StoredModel> models = new ArrayList<>();
        for (Manifests.Entry entry : manifests.known()) {
            try {
                opener.open(entry, look).ifPresent(models::add);
            } catch (BackendException e) {
                LOG.debug("left out of the list: {}", e.getMessage());
            }
        }
        models.sort(Comparator.comparing(StoredModel::modifiedAt)
                .reversed()
                .thenComparing(model -> model.name().longForm()));
        return models;
    }

    /// The model of that name, whatever its case.
    ///
    /// @throws BackendException if there is one and it is damaged: the message names the file that is missing
    public Optional<StoredModel> find(ModelName name) {
        return manifests.find(name).flatMap(entry -> opener.open(entry, Look.at(Optional.empty())));
    }

    /// As [#find].
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is none
    public StoredModel get(ModelName name) {
        return find(name).orElseThrow(() -> BackendException.modelNotFound(name.shortForm()));
    }

    /// Makes a model, or makes it anew; the name appears last.
    ///
    /// @throws BackendException if the request, or a file it names, is wrong, or the store cannot be written; of
    ///                          kind `NOT_FOUND` if the model it starts from is not there
    public StoredModel create(CreateRequest request, Quantizer quantizer, Progress progress) {
        return working(() -> new ModelMaker(this, request, Map.of(), quantizer, progress).make());
    }

    /// As [#create(CreateRequest, Quantizer, Progress)], of a Modelfile and the files it names, which are copied.
    ///
    /// @param folder where relative paths in the Modelfile start
    public StoredModel create(ModelName name, Modelfile modelfile, Path folder, Progress progress) {
        return working(() -> {
            Map<Digest, Blobs.Incoming> copies = new HashMap<>();
            try {
                CreateRequest request =
                        modelfile.request(name.longForm(), folder, file -> copied(file, copies, progress));
                return new ModelMaker(this, request, copies, Quantizer.NONE, progress).make();
            } finally {
                for (Blobs.Incoming copy : copies.values()) copy.close();
            }
        });
    }

    private Digest copied(Path file, Map<Digest, Blobs.Incoming> copies, Progress progress) throws IOException {
        long size = Files.size(file);
        requireRoom(size);
        Blobs.Incoming incoming = blobs.upload();
        try (InputStream in = Files.newInputStream(file)) {
            String status = "copying " + file.getFileName();
            incoming.writeAll(in, written -> progress.report(new ProgressLine(status, "", written, size)));
            Digest digest = incoming.digest();
            if (copies.putIfAbsent(digest, incoming) != null) incoming.close();
            return digest;
        } catch (IOException | RuntimeException e) {
            incoming.close();
            throw e;
        }
    }

    /// Runs a step that takes long, during which others may write.
    private <T> T working(Step<T> step) {
        return told(() -> {
            try {
                return step.run();
            } catch (GgufException e) {
                if (e.getCause() instanceof ClosedByInterruptException interrupt) throw interrupt;
                throw new BackendException(BackendException.Kind.INVALID, String.valueOf(e.getMessage()), e);
            }
        });
    }

    /// @throws BackendException if the disk has no room for so many bytes more
    void requireRoom(long bytes) throws IOException {
        disk.folders(root);
        long free = Files.getFileStore(root).getUsableSpace();
        if (free >= bytes) return;
        throw BackendException.failed(
                "the model folder " + root + " is full: " + bytes + " bytes are needed, " + free
                        + " are free; free space there or set OLLAMA_MODELS to another folder",
                new IOException("No space left on device"));
    }

    /// Gives the name to what the creation has gathered, and removes what an older model of that name leaves
    /// unused.
    StoredModel publish(ModelName name, Creation creation, Progress progress) throws IOException {
        Optional<Manifests.Entry> older = manifests.find(name);
        Set<Digest> former = new HashSet<>(older.map(this::digestsOf).orElse(Set.of()));
        Manifest manifest = creation.finish();
        progress.status("writing manifest");
        manifests.write(name, manifest.toJson());
        creation.keep();
        former.addAll(creation.sent());
        removeUnused(former);
        progress.status("success");
        return get(name);
    }

    /// Gives the name to a manifest that somebody else wrote, if all its files are here.
    ///
    /// @return the files that only an older model of that name may have used; empty if one of the new is missing
    Optional<Set<Digest>> publish(ModelName name, byte[] json) {
        Manifest manifest = Manifest.parse(json);
        return writing(() -> {
            if (!manifest.everything().allMatch(blobs::has)) return Optional.empty();
            Set<Digest> former =
                    new HashSet<>(manifests.find(name).map(this::digestsOf).orElse(Set.of()));
            manifests.write(name, json);
            former.removeAll(manifest.digests());
            return Optional.of(former);
        });
    }

    /// The manifest of that name, byte by byte, and the case it is stored in.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is none
    Published published(ModelName name) {
        Manifests.Entry entry =
                manifests.find(name).orElseThrow(() -> BackendException.modelNotFound(name.shortForm()));
        try {
            byte[] json = manifests.read(entry);
            return new Published(entry.name(), json, Manifest.parse(json));
        } catch (IOException e) {
            throw BackendException.failed(entry.file() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// A name, and what it leads to.
    record Published(ModelName name, byte[] json, Manifest manifest) {}

    /// Gives a model a second name; its files are shared. A model that had the name before is gone, and what only
    /// that one needed.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    public void copy(ModelName source, ModelName destination) {
        Supplier<BackendException> missing = () ->
                new BackendException(BackendException.Kind.NOT_FOUND, "model \"" + source.shortForm() + "\" not found");
        manifests.find(source).orElseThrow(missing);
        if (source.matches(destination)) return;
        writing(() -> {
            Manifests.Entry entry = manifests.find(source).orElseThrow(missing);
            Set<Digest> former =
                    manifests.find(destination).map(this::digestsOf).orElse(Set.of());
            manifests.write(destination, manifests.read(entry));
            removeUnused(former);
            return entry;
        });
    }

    /// Removes a name, and then the files no other name uses. If any manifest cannot be read no file is removed,
    /// for it could be that one's.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    public void delete(ModelName name) {
        Supplier<BackendException> missing = () -> BackendException.modelNotFound(name.shortForm());
        manifests.find(name).orElseThrow(missing);
        writing(() -> {
            Manifests.Entry entry = manifests.find(name).orElseThrow(missing);
            Set<Digest> digests = digestsOf(entry);
            manifests.delete(entry);
            removeUnused(digests);
            return entry;
        });
    }

    /// Whether the file of that digest is there; a file appears only when it is whole.
    public boolean hasBlob(Digest digest) {
        return Files.isRegularFile(blobs.path(digest));
    }

    /// Takes a file in that belongs to no model yet. While it comes, others may write.
    ///
    /// @param content is read to its end, unless the file is there already
    /// @return `false` if it was
    /// @throws BackendException if the content is another one's or breaks off, or the store cannot be
    ///                          written
    public boolean takeBlob(Digest digest, InputStream content) {
        if (hasBlob(digest)) return false;
        try (Blobs.Incoming upload = blobs.upload()) {
            upload.writeAll(new Upload(content), written -> {});
            Digest got = upload.digest();
            if (!got.equals(digest)) {
                throw BackendException.invalid("digest mismatch, expected \"" + digest + "\", got \"" + got + "\"");
            }
            return writing(() -> upload.keep(digest));
        } catch (Upload.BrokenOff e) {
            throw new BackendException(
                    BackendException.Kind.CANCELLED, "the upload of " + digest + " broke off: " + e.getMessage(), e);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    /// Reads every file of these models and compares it with its name. One that holds something else is set aside:
    /// nobody can take it for the one it was, and the next pull brings it anew.
    ///
    /// @param models   all of the store, where none is named
    /// @param progress hears `verifying` with the bytes that were read, of all there are
    /// @throws BackendException of kind `NOT_FOUND` if one of them is not there
    public Verification verify(List<ModelName> models, Progress progress) {
        List<Manifests.Entry> entries = models.stream()
                .map(name -> manifests.find(name).orElseThrow(() -> BackendException.modelNotFound(name.shortForm())))
                .toList();
        return verifier.verify(models.isEmpty() ? manifests.entries() : entries, progress);
    }

    /// As [#verify], of the files that nobody has read for so long; small ones are read in any case. On this thread,
    /// and as slowly as the listener wants it.
    ///
    /// @param reading hears how many bytes of a file were read, after each mebibyte; may wait, or throw to end it
    public Verification scrub(Duration since, LongConsumer reading) {
        return verifier.scrub(since, reading);
    }

    /// Sees to it that a model's files hold what their names say before they are used: those that nobody has read
    /// for that, or that were touched since, are read now. See [StoreSettings#trust].
    ///
    /// @param reading hears how many bytes of a file were read; may throw to give it up
    /// @throws BackendException naming the file that is damaged, where it is now and what to do
    public void requireWhole(StoredModel model, LongConsumer reading) {
        verifier.require(model, reading);
    }

    /// Where it is noted whether a model's files were tried, and what became of it.
    public ProbeNote probeNote(StoredModel model) {
        Digest weights = model.weightsDigest();
        Optional<Digest> adapter = model.adapterDigest();
        return ProbeNote.of(
                notes,
                weights,
                adapter,
                adapter.isEmpty() && Catalogue.standard().pins(weights));
    }

    /// Sees to it that native code can be given a model's files: the gate judges those it has not judged yet.
    ///
    /// @throws BackendException with the rule that refuses one
    public void requireSound(StoredModel model) {
        try {
            sound.require(model.weightsDigest(), model.weights());
            model.manifest()
                    .lastOfType(MediaTypes.ADAPTER)
                    .ifPresent(layer -> sound.require(layer.digest(), blobs.path(layer.digest())));
        } catch (GgufException e) {
            String name = model.name().shortForm();
            throw BackendException.failed("error loading model '" + name + "': " + e.getMessage(), e);
        }
    }

    Sound sound() {
        return sound;
    }

    /// Removes files that no model has needed for a while, as a starting Ollama does. Others may have put them there
    /// for a model they are about to make. If any manifest cannot be read nothing is removed.
    ///
    /// @param unused how long nobody has written to them
    public void prune(Duration unused) {
        if (!Files.isDirectory(blobs.folder())) return;
        writing(() -> {
            List<Digest> old = blobs.untouchedSince(Instant.now().minus(unused));
            removeUnused(new HashSet<>(old));
            return old;
        });
    }

    /// Why the folder cannot be read, if it cannot. One that is not there yet is an empty store.
    public Optional<String> unreadable() {
        boolean fine =
                Files.notExists(root) || Files.isDirectory(root) && Files.isReadable(root) && Files.isExecutable(root);
        return fine
                ? Optional.empty()
                : Optional.of("the model folder " + root
                        + " cannot be read; correct its permissions, or set OLLAMA_MODELS to another folder");
    }

    Blobs blobs() {
        return blobs;
    }

    Path ownFolder() {
        return root.resolve(OWN_FOLDER);
    }

    /// Runs a step that writes, alone among all threads and processes.
    <T> T writing(Step<T> step) {
        return told(() -> {
            try (FolderLock _ = FolderLock.hold(ownFolder().resolve("lock"))) {
                blobs.clearTemporaries();
                manifests.clearTemporaries();
                notes.sweep();
                disk.folders(root.resolve("blobs"));
                return step.run();
            }
        });
    }

    /// What the disk refuses, and an interrupt, in words for a caller.
    private <T> T told(Step<T> step) {
        try {
            return step.run();
        } catch (IOException e) {
            throw cannotWrite(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
        }
    }

    /// What [#writing] runs.
    interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    BackendException cannotWrite(IOException e) {
        if (e instanceof InterruptedIOException
                || e instanceof ClosedByInterruptException
                || e instanceof FileLockInterruptionException) {
            return new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
        }
        String reason = e instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        return BackendException.failed(
                "the model folder " + root + " cannot be written (" + reason
                        + "); free space there, correct its permissions, or set OLLAMA_MODELS to another folder",
                e);
    }

    private Set<Digest> digestsOf(Manifests.Entry entry) {
        try {
            return Manifest.parse(manifests.read(entry)).digests();
        } catch (IOException | BackendException e) {
            LOG.warn("{} cannot be read, so its files stay: {}", entry.file(), e.getMessage());
            return Set.of();
        }
    }

    /// Removes those of the files that no manifest names. What cannot be removed stays until [#prune].
    void removeUnused(Set<Digest> candidates) {
        Set<Digest> unused = new HashSet<>(candidates);
        if (unused.isEmpty()) return;
        try {
            for (Manifests.Entry entry : manifests.all()) {
                Set<Digest> used = digestsOf(entry);
                if (used.isEmpty()) {
                    LOG.warn("no file is removed, because {} cannot be read", entry.file());
                    return;
                }
                unused.removeAll(used);
            }
        } catch (IOException e) {
            LOG.warn("no file is removed, because the models cannot be listed: {}", e.getMessage());
            return;
        }
        unused.forEach(this::removeUnused);
    }

    private void removeUnused(Digest digest) {
        try {
            blobs.delete(digest);
            LOG.debug("removed {}, which no model needs", digest);
        } catch (IOException e) {
            LOG.warn("{} stays, though no model needs it: {}", blobs.path(digest), e.getMessage());
        }
    }
}
