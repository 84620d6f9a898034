package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.gguf.TinyGguf;
import dev.chasqui.registry.Patience;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import dev.chasqui.registry.ScriptedRegistry.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pulls from a registry that does what it should.
@Timeout(30)
class PullTest {

    static final byte[] CONFIG = "{\"model_format\":\"gguf\",\"model_family\":\"llama\",\"file_type\":\"F32\"}"
            .getBytes(StandardCharsets.UTF_8);
    private static final RemoteName NAME = RemoteName.parse("me/tiny");

    @TempDir
    Path folder;

    private ScriptedRegistry registry;
    private ModelStore store;
    private RemoteModels models;
    private byte[] weights;
    private final List<ProgressLine> lines = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        registry = new ScriptedRegistry();
        store = ModelStore.at(folder.resolve("models"));
        models = new RemoteModels(store, registry.settings(folder));
        weights = weights(1);
        registry.put("me/tiny", CONFIG, weights);
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    /// A model's file and some 200 KB behind it, so that there are parts.
    static byte[] weights(int seed) {
        byte[] gguf = TinyGguf.llama().seed(seed).bytes();
        byte[] all = Arrays.copyOf(gguf, 200_000);
        byte[] rest = new byte[all.length - gguf.length];
        new Random(seed).nextBytes(rest);
        System.arraycopy(rest, 0, all, gguf.length, rest.length);
        return all;
    }

    @Test
    void aModelComesInPartsAndTellsSoInOllamasWords() throws IOException {
        models.pull(NAME, false, lines::add);

        StoredModel model = store.get(NAME.name());
        assertThat(model.weights()).hasBinaryContent(weights);
        assertThat(model.digest())
                .isEqualTo(Digest.of(ScriptedRegistry.manifest(CONFIG, weights).getBytes(StandardCharsets.UTF_8)));
        String file = "pulling " + Digest.of(weights).hex().substring(0, 12);
        String config = "pulling " + Digest.of(CONFIG).hex().substring(0, 12);
        assertThat(lines.stream().map(ProgressLine::status).distinct())
                .containsExactly(
                        "pulling manifest", file, config, "verifying sha256 digest", "writing manifest", "success");
        assertThat(lines)
                .contains(new ProgressLine(file, Digest.of(weights).toString(), weights.length, weights.length));
        assertThat(lines.stream().filter(line -> line.status().equals(file)).map(ProgressLine::completedBytes))
                .isSorted();
        assertThat(ranges()).hasSize(4 + 1).allMatch(range -> range.matches("bytes=\\d+-\\d+"));
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aModelTheGateRefusesDoesNotAppearAndItsFileGoesAgain() throws IOException {
        byte[] refused = TinyGguf.llama().key("llama.block_count", 0).bytes();
        registry.put("me/tiny", CONFIG, refused);

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("key llama.block_count is 0; expected 1 to 512 (rule V11)");

        assertThat(store.list()).isEmpty();
        assertThat(store.hasBlob(Digest.of(refused))).isFalse();
    }

    @Test
    void whatIsThereDoesNotComeAgain() throws IOException {
        models.pull(NAME, false, Progress.NONE);
        registry.forgetRequests();
        registry.put("me/other", "{\"model_format\":\"gguf\"}".getBytes(), weights);

        models.pull(RemoteName.parse("me/other:latest"), false, Progress.NONE);

        assertThat(registry.requests())
                .filteredOn(request -> request.isFor("/blobs/"))
                .hasSize(1);
        assertThat(store.list()).hasSize(2);
    }

    @Test
    void aNewerModelReplacesTheOlderOneAndItsFiles() throws IOException {
        models.pull(NAME, false, Progress.NONE);
        Path older = store.get(NAME.name()).weights();
        byte[] newer = weights(2);
        registry.put("ME/Tiny", CONFIG, newer); // registries do mind the case

        models.pull(RemoteName.parse("ME/Tiny:LATEST"), false, lines::add);

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(newer);
        assertThat(store.list()).hasSize(1);
        assertThat(older).doesNotExist();
        assertThat(lines.stream().map(ProgressLine::status).toList())
                .endsWith("writing manifest", "removing unused layers", "success");
    }

    @Test
    void aNameWithItsOwnRegistryGoesThere() throws IOException {
        RemoteModels plain = new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of()));

        plain.pull(RemoteName.parse("http://" + registry.host() + "/me/tiny"), true, Progress.NONE);

        assertThat(store.list())
                .singleElement()
                .satisfies(model -> assertThat(model.name().host()).isEqualTo(registry.host()));
        assertThat(registry.requests().getFirst().target()).isEqualTo("/v2/me/tiny/manifests/latest");
        assertThat(registry.requests().getFirst().header("User-Agent")).startsWith("chasqui/");
    }

    @Test
    void aProxyIsAskedForHostsOutside() throws IOException {
        RemoteModels proxied =
                new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of("HTTP_PROXY", registry.uri())));

        proxied.pull(RemoteName.parse("http://203.0.113.7/me/tiny"), true, Progress.NONE);

        assertThat(registry.requests())
                .allMatch(request -> request.target().startsWith("http://203.0.113.7/v2/me/tiny/"));
        assertThat(store.list()).hasSize(1);
    }

    /// Hugging Face takes a file's quantisation for a tag, and sends elsewhere for the bytes.
    @Test
    void aNameOfHuggingFaceIsAskedThere() {
        RemoteModels outside =
                new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of("HTTP_PROXY", registry.uri())));
        registry.put("org/Some.Repo-GGUF", CONFIG, weights);
        registry.script(request -> request.target().startsWith("http://hf.co/") && request.isFor("/blobs/")
                ? Optional.of(ScriptedRegistry.reply(
                        302, "Location: http://203.0.113.99" + request.path() + "?Expires=1\r\n"))
                : Optional.empty());

        outside.pull(RemoteName.parse("http://hf.co/org/Some.Repo-GGUF:q4_k_m"), true, Progress.NONE);

        assertThat(registry.requests().getFirst().target())
                .isEqualTo("http://hf.co/v2/org/Some.Repo-GGUF/manifests/q4_k_m");
        assertThat(store.list())
                .singleElement()
                .satisfies(model -> assertThat(model.name().shortForm()).isEqualTo("hf.co/org/Some.Repo-GGUF:q4_k_m"));
    }

    @Test
    void whatBrokeOffGoesOnWhereItWas() throws IOException {
        registry.whileSending(sent -> sent < 90_000);
        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE)).isInstanceOf(BackendException.class);
        assertThat(store.list()).isEmpty();
        assertThat(leftovers()).hasSize(2);
        long before = registry.sent();

        registry.whileSending(sent -> true);
        RemoteModels later = new RemoteModels(ModelStore.at(store.root()), registry.settings(folder));
        later.pull(NAME, false, lines::add);

        assertThat(registry.sent() - before).isLessThan(weights.length - 20_000);
        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aNoteOfPartsThatDoesNotFitIsNotBelieved() throws IOException {
        Path pulls = Files.createDirectories(store.root().resolve("blobs/.chasqui-pulls"));
        String file = Digest.of(weights).fileName();
        for (String note : List.of(
                "[{\"N\":0,\"Offset\":0,\"Size\":200000,\"Completed\":200000}]", // more than the file has
                "[{\"N\":0,\"Offset\":0,\"Size\":7,\"Completed\":7}]",
                "[{\"N\":0,\"Offset\":-1,\"Size\":200000,\"Completed\":0}]",
                "[{\"N\":0,\"Offset\":0,\"Size\":9223372036854775807,\"Completed\":1},"
                        + "{\"N\":1,\"Offset\":9223372036854775807,\"Size\":9223372036854775807,\"Completed\":1}]",
                "{}",
                "[3]",
                "no JSON")) {
            Files.write(pulls.resolve(file), new byte[100]);
            Files.writeString(pulls.resolve(file + ".parts"), note);

            models.pull(NAME, false, Progress.NONE);

            assertThat(store.get(NAME.name()).weights()).as(note).hasBinaryContent(weights);
            store.delete(NAME.name());
        }
    }

    @Test
    void whatAnOllamaLeftUnfinishedNeedNotComeAgain() throws IOException {
        Path file = ollamaLeaves(weights);

        models.pull(NAME, false, Progress.NONE);

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
        assertThat(registry.sent()).isEqualTo(CONFIG.length + weights.length - 100_000 - 30_000);
        assertThat(file).as("it may still be written to").exists();
    }

    @Test
    void whatAnOllamaLeftIsNotBelieved() throws IOException {
        ollamaLeaves(new byte[weights.length]);

        models.pull(NAME, false, Progress.NONE);

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
        assertThat(registry.sent()).isEqualTo(CONFIG.length + 2L * weights.length - 130_000);
    }

    /// The first of two parts, and 30,000 bytes of the second.
    private Path ollamaLeaves(byte[] bytes) throws IOException {
        Path blobs = Files.createDirectories(store.root().resolve("blobs"));
        String name = Digest.of(weights).fileName() + "-partial";
        Files.writeString(blobs.resolve(name + "-0"), "{\"N\":0,\"Offset\":0,\"Size\":100000,\"Completed\":100000}\n");
        Files.writeString(
                blobs.resolve(name + "-1"), "{\"N\":1,\"Offset\":100000,\"Size\":100000,\"Completed\":30000}\n");
        byte[] there = new byte[weights.length]; // Ollama makes it as long as it will be
        System.arraycopy(bytes, 0, there, 0, 130_000);
        return Files.write(blobs.resolve(name), there);
    }

    @Test
    void manyThreadsShareOneTransfer() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = IntStream.range(0, 6)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        new RemoteModels(ModelStore.at(store.root()), registry.settings(folder))
                                .pull(NAME, false, Progress.NONE);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }))
                .toList();
        start.countDown();
        for (Thread thread : threads) thread.join();

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
        assertThat(registry.sent()).isEqualTo(weights.length + CONFIG.length);
    }

    @Test
    void theFirstWhoAskedMayLeaveAndTheSecondStillGetsIt() throws Exception {
        CountDownLatch bothWait = new CountDownLatch(1);
        AtomicBoolean firstLeft = new AtomicBoolean();
        registry.whileSending(sent -> sent < CONFIG.length || waits(bothWait)); // which is looked at first
        RemoteModels models = new RemoteModels(store, registry.settings(folder).withPatience(Patience.DEFAULT));
        Thread first = Thread.ofPlatform().start(() -> {
            assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                    .isInstanceOfSatisfying(
                            BackendException.class,
                            e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.CANCELLED));
            firstLeft.set(Thread.interrupted());
        });
        awaitRequest(Digest.of(weights).toString());
        CountDownLatch joined = new CountDownLatch(1);
        Thread second = Thread.ofPlatform()
                .start(() -> models.pull(NAME, false, line -> {
                    if (line.totalBytes() > 0) joined.countDown();
                }));
        joined.await();

        first.interrupt();
        first.join();
        bothWait.countDown();
        second.join();

        assertThat(firstLeft).as("the interrupt is still to be seen").isTrue();
        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
        assertThat(registry.sent()).isEqualTo(weights.length + CONFIG.length);
    }

    @Test
    void whoLeavesAloneEndsTheTransferAndItsPartsStay() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        registry.whileSending(sent -> sent < 50_000 || waits(never));
        RemoteModels models = new RemoteModels(store, registry.settings(folder).withPatience(Patience.DEFAULT));
        Thread alone = Thread.ofPlatform()
                .start(() -> assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                        .isInstanceOf(BackendException.class));
        while (registry.sent() < 50_000) Thread.onSpinWait();

        alone.interrupt();
        alone.join();
        never.countDown();

        assertThat(store.list()).isEmpty();
        for (Thread left : Thread.getAllStackTraces().keySet()) {
            String name = left.getName();
            boolean ours = name.startsWith("chasqui-part") || name.startsWith("chasqui-pull");
            if (ours)
                assertThat(left.join(Duration.ofSeconds(5))).as(name + " ends").isTrue();
        }
        registry.whileSending(sent -> true);
        models.pull(NAME, false, Progress.NONE);
        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
    }

    @Test
    void aFullDiskIsSaidAndWhatCameStays() throws IOException {
        int failures = 0;
        for (int k = 1; ; k++) {
            FailingDisk disk = FailingDisk.atWrite(k);
            RemoteModels full = new RemoteModels(ModelStore.at(store.root(), disk), registry.settings(folder));
            try {
                full.pull(NAME, false, Progress.NONE);
                break;
            } catch (BackendException e) {
                assertThat(e).hasMessageContaining("No space left on device").hasMessageContaining("OLLAMA_MODELS");
                assertThat(store.list()).isEmpty();
                failures++;
            }
        }

        assertThat(failures).isGreaterThan(5);
        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
        assertThat(registry.sent()).as("no more than what could not be noted").isLessThan(20L * weights.length);
    }

    @Test
    void aModelThatNoDiskHoldsIsRefusedBeforeItComes() {
        registry.putManifest(
                "me/tiny",
                "{\"config\":" + ScriptedRegistry.layer("c", Digest.of(CONFIG).toString(), CONFIG.length)
                        + ",\"layers\":["
                        + ScriptedRegistry.layer("m", Digest.of(weights).toString(), 1L << 60) + "]}");

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .hasMessageContaining((1L << 60) + CONFIG.length + " bytes are needed")
                .hasMessageContaining("OLLAMA_MODELS");
        assertThat(registry.sent()).isZero();
    }

    @Test
    void aModelWithAnEmptyFileComes() throws IOException {
        registry.put("me/tiny", CONFIG, weights, new byte[0]);

        models.pull(NAME, false, Progress.NONE);

        assertThat(store.get(NAME.name()).weightFiles()).hasSize(2);
    }

    private static boolean waits(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return true;
    }

    private void awaitRequest(String what) {
        while (registry.requests().stream().noneMatch(request -> request.isFor(what))) Thread.onSpinWait();
    }

    private List<String> ranges() {
        return registry.requests().stream()
                .filter(request -> request.isFor("/blobs/"))
                .map((Request request) -> request.header("Range"))
                .toList();
    }

    /// What a pull keeps for the next time.
    private List<Path> leftovers() throws IOException {
        Path pulls = store.root().resolve("blobs/.chasqui-pulls");
        if (!Files.exists(pulls)) return List.of();
        try (Stream<Path> files = Files.list(pulls)) {
            return files.toList();
        }
    }
}
