package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFaultTest {

    private static final ModelName NAME = ModelName.parse("tiny");

    @TempDir
    Path folder;

    private Path root;
    private Modelfile first;
    private Modelfile second;

    @BeforeEach
    void makeFiles() {
        root = folder.resolve("models");
        TinyGguf.llama().write(folder.resolve("a.gguf"));
        TinyGguf.llama().seed(2).write(folder.resolve("b.gguf"));
        first = Modelfile.parse("FROM a.gguf\nSYSTEM one\nPARAMETER seed 1");
        second = Modelfile.parse("FROM b.gguf\nSYSTEM two\nPARAMETER seed 2");
    }

    @Test
    void whicheverStepFailsTheStoreIsAsItWas() throws IOException {
        ModelStore.at(root).create(NAME, first, folder, Progress.NONE);
        Map<String, Long> before = files();

        int steps = 0;
        for (int k = 1; ; k++) {
            FailingDisk disk = FailingDisk.atWrite(k);
            ModelStore store = ModelStore.at(root, disk);
            if (succeeds(store)) {
                assertThat(disk.failed()).isFalse();
                break;
            }
            steps++;
            assertThat(files()).as("after step %d failed", k).isEqualTo(before);
            assertThat(ModelStore.at(root).get(NAME).system()).contains("one");
        }

        assertThat(steps).isGreaterThan(15);
        assertThat(ModelStore.at(root).get(NAME).system()).contains("two");
    }

    @Test
    void whicheverStepOfJoiningPartsFailsTheStoreIsAsItWas() throws IOException {
        ModelStore.at(root).create(NAME, first, folder, Progress.NONE);
        Map<String, Digest> parts = new TreeMap<>();
        for (int i = 0; i < 2; i++) {
            TinyGguf part = i == 0 ? TinyGguf.llama() : new TinyGguf().tensor("more", TensorType.F32, 8);
            part.key("split.no", i).key("split.count", 2);
            byte[] bytes = part.bytes();
            parts.put("p" + i, Digest.of(bytes));
            ModelStore.at(root).takeBlob(Digest.of(bytes), new ByteArrayInputStream(bytes));
        }
        CreateRequest request = CreateRequest.of("tiny").withFiles(parts).withSystem("two");
        Map<String, Long> before = files();

        int steps = 0;
        while (true) {
            ModelStore store = ModelStore.at(root, FailingDisk.atWrite(steps + 1));
            if (succeeds(() -> store.create(request, Quantizer.NONE, Progress.NONE))) break;
            steps++;
            assertThat(files()).as("after step %d failed", steps).isEqualTo(before);
        }

        assertThat(steps).isGreaterThan(15);
        assertThat(ModelStore.at(root).get(NAME).gguf().tensors()).hasSize(3);
    }

    private boolean succeeds(ModelStore store) {
        return succeeds(() -> store.create(NAME, second, folder, Progress.NONE));
    }

    private boolean succeeds(Runnable creation) {
        try {
            creation.run();
            return true;
        } catch (BackendException e) {
            assertThat(e)
                    .hasMessageContaining("the model folder " + root + " cannot be written")
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining("OLLAMA_MODELS");
            return false;
        }
    }

    /// Tests may run as root, whom no permission stops: a folder below a file stops everybody.
    @Test
    void aFolderThatCannotBeWrittenIsNamedWithTheRemedy() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        ModelStore store = ModelStore.at(file.resolve("models"));

        assertThat(store.list()).isEmpty();
        assertThatThrownBy(() -> store.create(NAME, first, folder, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("the model folder " + store.root() + " cannot be written")
                .hasMessageContaining("OLLAMA_MODELS");
    }

    @Test
    void aFolderThatVanishesIsAnEmptyStoreAndMadeAnew() throws IOException {
        ModelStore store = ModelStore.at(root);
        store.create(NAME, first, folder, Progress.NONE);
        assertThat(store.summaries()).hasSize(1);
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }

        assertThat(store.list()).isEmpty();
        assertThat(store.summaries()).isEmpty();
        assertThatThrownBy(() -> store.get(NAME)).hasMessage("model 'tiny:latest' not found");
        store.create(NAME, second, folder, Progress.NONE);

        assertThat(store.get(NAME).system()).contains("two");
        assertThat(store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
    }

    @Test
    void whatAKilledProcessLeftGoesWithTheNextWrite() throws IOException {
        Path left = Files.createDirectories(root.resolve("blobs/.chasqui")).resolve("left.tmp");
        Files.write(left, new byte[1000]);
        Path name = Files.createDirectories(root.resolve("manifests")).resolve(".chasqui-left.tmp");
        Files.writeString(name, "{");

        ModelStore.at(root).create(NAME, first, folder, Progress.NONE);

        assertThat(left).doesNotExist();
        assertThat(name).doesNotExist();
    }

    @Test
    void anInterruptedCreationLeavesNothing() {
        ModelStore store = ModelStore.at(root);
        Progress interrupting = line -> Thread.currentThread().interrupt();

        assertThatThrownBy(() -> store.create(NAME, first, folder, interrupting))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.CANCELLED));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void manyThreadsMakeAndDeleteAtOnceAndEveryModelIsWhole() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(i -> Thread.startVirtualThread(() -> {
                    try {
                        start.await();
                        ModelStore store = ModelStore.at(root);
                        ModelName own = ModelName.parse("m" + i);
                        store.create(own, i % 2 == 0 ? first : second, folder, Progress.NONE);
                        store.create(NAME, i % 2 == 0 ? first : second, folder, Progress.NONE);
                        store.list().forEach(StoredModel::summary);
                        if (i >= 4) store.delete(own);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }))
                .toList();
        start.countDown();
        for (Thread thread : threads) thread.join();

        assertThat(ModelStore.at(root).list().stream()
                        .map(model -> model.name().shortForm())
                        .sorted())
                .containsExactly("m0:latest", "m1:latest", "m2:latest", "m3:latest", "tiny:latest");
        ModelStore.at(root)
                .list()
                .forEach(model -> assertThat(model.gguf().contextLength()).hasValue(128));
    }

    @Test
    void twoProcessesWriteOneAfterTheOther() throws Exception {
        List<Process> processes = Stream.of("p1", "p2").map(this::process).toList();
        for (Process process : processes) {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(output).isZero();
        }

        assertThat(ModelStore.at(root).list()).hasSize(2 * 20 + 1);
    }

    private Process process(String prefix) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            root.toString(),
                            folder.toString(),
                            prefix)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// The program of [#twoProcessesWriteOneAfterTheOther].
    static final class Writer {
        public static void main(String[] args) {
            ModelStore store = ModelStore.at(Path.of(args[0]));
            for (int i = 0; i < 20; i++) {
                Modelfile modelfile = Modelfile.parse("FROM a.gguf\nSYSTEM " + args[2] + i);
                store.create(ModelName.parse(args[2] + "/m" + i), modelfile, Path.of(args[1]), Progress.NONE);
                store.create(NAME, modelfile, Path.of(args[1]), Progress.NONE);
                store.list().forEach(StoredModel::system);
            }
        }
    }

    private Map<String, Long> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            Map<String, Long> sizes = new TreeMap<>();
            files.filter(Files::isRegularFile)
                    .forEach(file -> sizes.put(file.toString(), file.toFile().length()));
            return sizes;
        }
    }
}
