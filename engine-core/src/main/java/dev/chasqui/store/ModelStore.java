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
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder of models in Ollama's layout. Safe to use from many threads and processes, a running Ollama among
/// them: a name or a file is either whole or not there.
///
/// Every failure is a [BackendException] that names the model or the file and says what to do.
public final class ModelStore {

    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

    private final Path root;
    private final Blobs blobs;
    private final Manifests manifests;
    private final Capabilities capabilities;
    /// What was read of a manifest stays good while the file is the same; the files it names are looked for anew.
    private final Map<Path, Opened> opened = new ConcurrentHashMap<>();

    private final Folders folders;

    /// @param whole the state of the blobs' folder in which all the model's files were there
    private record Opened(Stamp stamp, StoredModel model, Optional<Folders.State> whole) {}

    /// A file that was replaced has another key, one that was written to another time or length.
    private record Stamp(@Nullable Object key, FileTime modified, long bytes) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
        }
    }

    private ModelStore(Path root, Disk disk, Clock clock, Capabilities capabilities) {
        this.root = root;
        this.folders = new Folders(clock);
        this.capabilities = capabilities;
        this.blobs = new Blobs(root.resolve("blobs"), disk);
        this.manifests = new Manifests(root.resolve("manifests"), disk);
    }

    /// The store in that folder. Nothing is made until something is written.
    public static ModelStore at(Path root) {
        return at(root, Disk.REAL);
    }

    /// As [#at(Path)], where a model's `TEMPLATE` may write its prompts even if its weights' own could do more.
    ///
    /// @param goTemplates whether it does, as `OLLAMA_GO_TEMPLATE` says
    public static ModelStore at(Path root, boolean goTemplates) {
        return new ModelStore(
                root.toAbsolutePath().normalize(), Disk.REAL, Clock.systemUTC(), new Capabilities(goTemplates));
    }

    static ModelStore at(Path root, Disk disk) {
        return at(root, disk, Clock.systemUTC());
    }

    static ModelStore at(Path root, Disk disk, Clock clock) {
        return new ModelStore(root.toAbsolutePath().normalize(), disk, clock, new Capabilities(false));
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

    /// The models that are whole, newest first. One that is not is logged and left out.
    ///
    /// Cheap to ask often: folders that did not change are not read again.
    public List<StoredModel> list() {
        Optional<Folders.State> state = folders.state(root.resolve("blobs"));
        List<StoredModel> models = new ArrayList<>();
        for (Manifests.Entry entry : manifests.entries(folders::contents)) {
            try {
                open(entry, state).ifPresent(models::add);
            } catch (BackendException e) {
                LOG.warn("left out of the list: {}", e.getMessage());
            }
        }
        models.sort(Comparator.comparing(StoredModel::modifiedAt)
                .reversed()
                .thenComparing(model -> model.name().longForm()));
        return models;
    }

    /// What there is to say about each of [#list] in a line.
    public List<ModelSummary> summaries() {
        List<ModelSummary> summaries = new ArrayList<>();
        for (StoredModel model : list()) {
            try {
                summaries.add(model.summary());
            } catch (BackendException e) {
                LOG.warn("left out of the list: {}: {}", model.name(), e.getMessage());
            }
        }
        return summaries;
    }

    /// The model of that name, whatever its case.
    ///
    /// @throws BackendException if there is one and it is damaged: the message names the file that is missing
    public Optional<StoredModel> find(ModelName name) {
        return manifests.find(name).flatMap(entry -> open(entry, Optional.empty()));
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
        try {
            return step.run();
        } catch (IOException e) {
            throw cannotWrite(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
        } catch (GgufException e) {
            if (e.getCause() instanceof ClosedByInterruptException interrupt) throw cannotWrite(interrupt);
            throw new BackendException(BackendException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    /// @throws BackendException if the disk has no room for so many bytes more
    void requireRoom(long bytes) throws IOException {
        Files.createDirectories(root);
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

    /// Gives a model a second name; its files are shared.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    public void copy(ModelName source, ModelName destination) {
        Manifests.Entry entry = manifests
                .find(source)
                .orElseThrow(() -> new BackendException(
                        BackendException.Kind.NOT_FOUND, "model \"" + source.shortForm() + "\" not found"));
        if (source.matches(destination)) return;
        writing(() -> {
            manifests.write(destination, manifests.read(entry));
            return entry;
        });
    }

    /// Removes a name, and then the files no other name uses. If any manifest cannot be read no file is removed,
    /// for it could be that one's.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    public void delete(ModelName name) {
        Manifests.Entry entry =
                manifests.find(name).orElseThrow(() -> BackendException.modelNotFound(name.shortForm()));
        writing(() -> {
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

    /// A folder of our own inside the store's, which Ollama does not look at.
    Path ownFolder() {
        return root.resolve(".chasqui");
    }

    /// Runs a step that writes, alone among all threads and processes.
    <T> T writing(Step<T> step) {
        try (FolderLock _ = FolderLock.hold(ownFolder().resolve("lock"))) {
            blobs.clearTemporaries();
            Files.createDirectories(root.resolve("blobs"));
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

    /// @param state of the blobs' folder: where the model was whole in it, its files are not looked for again
    private Optional<StoredModel> open(Manifests.Entry entry, Optional<Folders.State> state) {
        try {
            Stamp stamp = Stamp.of(entry.file());
            Optional<Opened> known = Optional.ofNullable(opened.get(entry.file()))
                    .filter(same -> same.stamp().equals(stamp));
            Optional<Opened> whole =
                    known.filter(same -> state.isPresent() && same.whole().equals(state));
            if (whole.isPresent()) return whole.map(Opened::model);
            StoredModel model = known.isPresent() ? known.get().model() : read(entry, stamp);
            model.manifest().everything().forEach(blobs::require);
            opened.put(entry.file(), new Opened(stamp, model, state));
            return Optional.of(model);
        } catch (BackendException e) {
            throw new BackendException(
                    BackendException.Kind.FAILED,
                    "model '" + entry.name() + "' (" + entry.file() + ") is damaged: " + e.getMessage(),
                    e);
        } catch (java.nio.file.NoSuchFileException e) {
            opened.remove(entry.file());
            return Optional.empty(); // deleted just now
        } catch (IOException e) {
            throw BackendException.failed(entry.file() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private StoredModel read(Manifests.Entry entry, Stamp stamp) throws IOException {
        byte[] json = manifests.read(entry);
        Manifest manifest = Manifest.parse(json);
        manifest.everything().forEach(blobs::require); // its configuration is read at once
        Instant modified = stamp.modified().toInstant();
        return new StoredModel(entry.name(), Digest.of(json), modified, manifest, blobs, capabilities);
    }

    private Set<Digest> digestsOf(Manifests.Entry entry) {
        try {
            return Manifest.parse(manifests.read(entry)).digests();
        } catch (IOException | BackendException e) {
            LOG.warn("{} cannot be read, so its files stay: {}", entry.file(), e.getMessage());
            return Set.of();
        }
    }

    /// Removes those of the files that no manifest names.
    void removeUnused(Set<Digest> candidates) throws IOException {
        Set<Digest> unused = new HashSet<>(candidates);
        if (unused.isEmpty()) return;
        for (Manifests.Entry entry : manifests.entries()) {
            Set<Digest> used = digestsOf(entry);
            if (used.isEmpty()) {
                LOG.warn("no file is removed, because {} cannot be read", entry.file());
                return;
            }
            unused.removeAll(used);
        }
        for (Digest digest : unused) blobs.delete(digest);
    }
}
