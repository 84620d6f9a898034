package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Digest;
import dev.chasqui.api.Progress;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that pulls is killed at fifty random points: after so many bytes, or a moment after the last one.
/// `-Dchasqui.seed=N` repeats a run, `-Dchasqui.kills=200` kills more often.
class KilledPullTest {

    private static final RemoteName NAME = RemoteName.parse("me/tiny");
    private static final int KILLS = Integer.getInteger("chasqui.kills", 50);

    @TempDir
    Path folder;

    @Test
    @Timeout(1200)
    void onlyWholeModelsAreListedAndTheNextPullGoesOn() throws Exception {
        long seed = Long.getLong("chasqui.seed", System.nanoTime() & 0xffff_ffffL);
        System.out.println("killed pulls: seed " + seed);
        Random random = new Random(seed);
        ModelStore store = ModelStore.at(folder.resolve("models"));
        try (ScriptedRegistry registry = new ScriptedRegistry()) {
            int whole = 0;
            int resumed = 0;
            byte[] weights = model(registry, 0);
            for (int kill = 0; kill < KILLS; kill++) {
                long size = weights.length + PullTest.CONFIG.length;
                long sentBefore = registry.sent();
                long most = random.nextLong(size / 2 + 20_000);
                killedAfter(registry, sentBefore + most, random.nextInt(60));

                List<String> listed = listed(store);
                assertThat(listed).as("after kill %d, seed %d", kill, seed).isSubsetOf("me/tiny:latest");
                assertThat(wrongBlobs(store))
                        .as("after kill %d, seed %d", kill, seed)
                        .isEmpty();
                if (!listed.isEmpty()) {
                    assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
                    whole++;
                    store.delete(NAME.name());
                    weights = model(registry, kill + 1);
                } else if (registry.requests().stream()
                        .anyMatch(request ->
                                request.header("Range").matches("bytes=(?!0-|50000-|100000-|150000-)\\d+-.*"))) {
                    resumed++;
                }
                registry.forgetRequests();
            }
            registry.whileSending(sent -> true);
            long before = registry.sent();
            new RemoteModels(store, registry.settings(folder)).pull(NAME, false, Progress.NONE);

            assertThat(store.get(NAME.name()).weights()).hasBinaryContent(weights);
            assertThat(registry.sent() - before).isLessThanOrEqualTo(weights.length + PullTest.CONFIG.length);
            System.out.println(KILLS + " pulls were killed, " + whole + " were whole, " + resumed
                    + " went on in the middle of a part");
            assertThat(whole)
                    .as("models that were pulled over several kills, seed %d", seed)
                    .isPositive();
            assertThat(resumed).as("seed %d", seed).isPositive();
            assertThat(wrongBlobs(store)).isEmpty();
        }
    }

    @Test
    @Timeout(60)
    void twoProcessesShareOneDownload() throws Exception {
        try (ScriptedRegistry registry = new ScriptedRegistry()) {
            byte[] weights = model(registry, 0);
            registry.whileSending(sent -> slowly());

            List<Process> processes = List.of(start(registry), start(registry));

            for (Process process : processes) assertThat(process.waitFor()).isZero();
            assertThat(ModelStore.at(folder.resolve("models")).get(NAME.name()).weights())
                    .hasBinaryContent(weights);
            assertThat(registry.sent()).isEqualTo(weights.length + PullTest.CONFIG.length);
        }
    }

    private static byte[] model(ScriptedRegistry registry, int seed) {
        byte[] weights = PullTest.weights(100 + seed);
        registry.put("me/tiny", PullTest.CONFIG, weights);
        return weights;
    }

    /// A process that pulls, and is killed when so many bytes went, or some milliseconds after its end of them.
    private void killedAfter(ScriptedRegistry registry, long bytes, int millis) throws Exception {
        AtomicReference<Process> process = new AtomicReference<>();
        registry.whileSending(sent -> {
            if (sent < bytes) return slowly(); // else all would wait in the sockets before the process saw any
            process.get().destroyForcibly();
            return false;
        });
        process.set(start(registry));
        Process started = process.get();
        try (var output = started.getInputStream()) {
            int first = output.read(); // it says so when all is there
            if (first >= 0) Thread.sleep(millis);
        }
        started.destroyForcibly();
        assertThat(started.waitFor()).as("it was killed, or came to its end").isIn(137, 0);
    }

    private static boolean slowly() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return true;
    }

    private Process start(ScriptedRegistry registry) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Xshare:auto",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Puller.class.getName(),
                        folder.toString(),
                        registry.uri())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// The process. It speaks when the last file is there, just before the model gets its name.
    static final class Puller {
        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            RemoteModels models = new RemoteModels(
                    ModelStore.at(folder.resolve("models")),
                    ScriptedRegistry.settings(folder, Map.of("CHASQUI_REGISTRY", args[1])));
            models.pull(NAME, false, line -> {
                if (!line.status().equals("verifying sha256 digest")) return;
                System.out.print("!");
                System.out.flush();
            });
        }
    }

    private static List<String> listed(ModelStore store) {
        return ModelStore.at(store.root()).list().stream()
                .map(model -> model.name().shortForm())
                .toList();
    }

    /// Files that are not what their name says.
    private static List<Path> wrongBlobs(ModelStore store) throws IOException {
        Path blobs = store.root().resolve("blobs");
        if (Files.notExists(blobs)) return List.of();
        List<Path> wrong = new ArrayList<>();
        try (Stream<Path> files = Files.list(blobs)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                boolean right =
                        file.endsWith(Digest.of(Files.readAllBytes(file)).fileName());
                if (!right) wrong.add(file);
            }
        }
        return wrong;
    }
}
