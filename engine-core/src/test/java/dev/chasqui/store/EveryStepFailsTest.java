package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each write, sync, rename, removal, listing and new folder of each thing a store does fails: once, and then for
/// good. Whichever it is, nobody sees half a model, the others stay, the error names the folder, and the same store
/// does it once the disk is well again. Pushing writes nothing.
@Timeout(300)
class EveryStepFailsTest {

    private static final ModelName TINY = ModelName.parse("tiny");
    private static final ModelName KEPT = ModelName.parse("kept");
    private static final RemoteName REMOTE = RemoteName.parse("tiny");
    private static final byte[] TEXT = "a file of nobody's".getBytes();

    @TempDir
    Path folder;

    private Path prepared;
    private ScriptedRegistry registry;

    /// What a store does; it leaves `tiny` with the system prompt `two`, unless it says otherwise.
    enum Work {
        CREATE,
        JOIN,
        COPY,
        DELETE,
        PULL,
        TAKE_BLOB,
        SET_ASIDE,
        PRUNE,
        NOTE_PROBE
    }

    @BeforeEach
    void prepare() throws IOException {
        prepared = folder.resolve("prepared");
        ModelStore store = ModelStore.at(prepared);
        TinyGguf.llama().write(folder.resolve("a.gguf"));
        TinyGguf.llama().seed(2).write(folder.resolve("b.gguf"));
        TinyGguf.llama().seed(3).write(folder.resolve("kept.gguf"));
        store.create(TINY, Modelfile.parse("FROM a.gguf\nSYSTEM one"), folder, Progress.NONE);
        store.create(KEPT, Modelfile.parse("FROM kept.gguf\nSYSTEM two"), folder, Progress.NONE);
        ModelName shares = ModelName.parse("shares"); // its weights are another's, which must not take them along
        store.create(shares, Modelfile.parse("FROM a.gguf\nSYSTEM three"), folder, Progress.NONE);
        registry = new ScriptedRegistry();
        registry.put("library/tiny", PullTest.CONFIG, PullTest.weights(3));
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    @ParameterizedTest
    @EnumSource
    void onceItIsSaidAndNothingIsLost(Work work) throws IOException {
        everyStepFails(work, FailingDisk::at);
    }

    @ParameterizedTest
    @EnumSource
    void forGoodItIsSaidAndNothingIsLost(Work work) throws IOException {
        everyStepFails(work, FailingDisk::from);
    }

    private void everyStepFails(Work work, IntFunction<FailingDisk> failing) throws IOException {
        int k = 1;
        while (fails(work, k, failing.apply(k))) k++;
        System.out.println("store: each of the " + (k - 1) + " steps of " + work + " failed");
        assertThat(k - 1).as("steps of %s", work).isGreaterThan(2);
    }

    /// @return whether there was a step to fail
    private boolean fails(Work work, int k, FailingDisk disk) throws IOException {
        Path root = folder.resolve("store-" + k);
        copyTree(prepared, root);
        arrange(work, ModelStore.at(root));
        ModelStore store = ModelStore.at(root, disk);
        String step = work + ", step " + k;

        boolean said = isRefused(work, store, step);
        boolean failed = disk.failed();
        disk.heal();
        requireWhole(work, root, step);

        if (said) again(work, store);
        if (failed && work == Work.SET_ASIDE) store.verify(List.of(), Progress.NONE);
        if (failed && work == Work.NOTE_PROBE) again(work, store);
        requireDone(work, root, step);
        requireSwept(work, root, step);
        deleteTree(root);
        return failed;
    }

    private boolean isRefused(Work work, ModelStore store, String step) {
        try {
            run(work, store);
            return false;
        } catch (BackendException e) {
            assertThat(e).as(step).hasMessageContaining(store.root().toString());
            assertThat(e.kind()).as(step).isEqualTo(Kind.FAILED);
            return true;
        }
    }

    private void again(Work work, ModelStore store) {
        try {
            run(work, store);
        } catch (BackendException e) {
            if (work != Work.DELETE || e.kind() != Kind.NOT_FOUND) throw e;
        }
    }

    private void arrange(Work work, ModelStore store) throws IOException {
        switch (work) {
            case JOIN -> {
                for (byte[] part : parts()) store.takeBlob(Digest.of(part), new ByteArrayInputStream(part));
            }
            case SET_ASIDE -> flip(store.get(TINY).weights());
            case PRUNE -> store.takeBlob(Digest.of(TEXT), new ByteArrayInputStream(TEXT));
            default -> {}
        }
    }

    private void run(Work work, ModelStore store) {
        switch (work) {
            case CREATE -> store.create(TINY, Modelfile.parse("FROM b.gguf\nSYSTEM two"), folder, Progress.NONE);
            case JOIN -> {
                Map<String, Digest> files = new TreeMap<>();
                for (byte[] part : parts()) files.put("p" + files.size(), Digest.of(part));
                CreateRequest request =
                        CreateRequest.of("tiny").withFiles(files).withSystem("two");
                store.create(request, Quantizer.NONE, Progress.NONE);
            }
            case COPY -> store.copy(KEPT, TINY);
            case DELETE -> store.delete(TINY);
            case PULL -> new RemoteModels(store, registry.settings(folder)).pull(REMOTE, true, Progress.NONE);
            case TAKE_BLOB -> store.takeBlob(Digest.of(TEXT), new ByteArrayInputStream(TEXT));
            case SET_ASIDE -> store.verify(List.of(), Progress.NONE);
            case PRUNE -> store.prune(Duration.ofSeconds(-60));
            case NOTE_PROBE -> store.probeNote(store.get(KEPT)).write("libraries", "lived");
        }
    }

    private static List<byte[]> parts() {
        TinyGguf more = new TinyGguf().tensor("more", TensorType.F32, 8);
        return List.of(
                TinyGguf.llama().key("split.no", 0).key("split.count", 2).bytes(),
                more.key("split.no", 1).key("split.count", 2).bytes());
    }

    /// As another process sees it.
    private void requireWhole(Work work, Path root, String step) throws IOException {
        ModelStore store = ModelStore.at(root);
        assertThat(store.get(KEPT).weights()).as(step).hasSameBinaryContentAs(folder.resolve("kept.gguf"));
        if (work == Work.SET_ASIDE) return;
        assertThat(store.verify(List.of(), Progress.NONE).damage()).as(step).isEmpty();
        store.find(TINY)
                .ifPresent(model -> assertThat(model.gguf().tensors()).as(step).isNotEmpty());
        if (work != Work.DELETE) assertThat(store.find(TINY)).as(step).isPresent();
    }

    private void requireDone(Work work, Path root, String step) throws IOException {
        ModelStore store = ModelStore.at(root);
        switch (work) {
            case CREATE, JOIN, COPY ->
                assertThat(store.get(TINY).system()).as(step).contains("two");
            case DELETE -> assertThat(store.find(TINY)).as(step).isEmpty();
            case PULL -> assertThat(store.get(TINY).weights()).as(step).hasBinaryContent(PullTest.weights(3));
            case TAKE_BLOB ->
                assertThat(store.hasBlob(Digest.of(TEXT))).as(step).isTrue();
            case SET_ASIDE -> assertThat(store.list()).as(step).hasSize(1);
            case PRUNE -> assertThat(store.list()).as(step).hasSize(3);
            case NOTE_PROBE ->
                assertThat(store.probeNote(store.get(KEPT)).read("libraries"))
                        .as(step)
                        .contains("lived");
        }
    }

    /// Eight days later nothing is left that no model needs.
    private void requireSwept(Work work, Path root, String step) throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofDays(8)));
        for (Path file : files(root)) if (!file.toString().contains("manifests")) Files.setLastModifiedTime(file, then);
        ModelStore store = ModelStore.at(root);
        PartialBlob.clearAbandoned(store); // as the next pull does
        byte[] sweeper = "sweeper".getBytes();
        store.takeBlob(Digest.of(sweeper), new ByteArrayInputStream(sweeper));
        store.prune(Duration.ofSeconds(-60));

        Set<String> needed = new TreeSet<>();
        for (StoredModel model : store.list()) {
            model.manifest().digests().forEach(digest -> needed.add(digest.fileName()));
        }
        Set<String> there = new TreeSet<>();
        for (Path file : files(root.resolve("blobs"))) {
            if (!file.toString().contains("damaged"))
                there.add(file.getFileName().toString());
        }
        if (work == Work.SET_ASIDE) return; // its model is named still, so that a pull can bring the file back
        assertThat(there).as(step).isEqualTo(needed);
        assertThat(files(root)).as(step).noneMatch(file -> file.toString().endsWith(".tmp"));
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void flip(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() - 1);
            int was = bytes.read();
            bytes.seek(bytes.length() - 1);
            bytes.write(was ^ 1);
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
