package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two processes that make, take in, pull, copy, delete, list, read and run models of one store at the same time, for
/// 200 rounds: some under names of their own, some under names they fight for.
@Timeout(300)
class TwoProcessesTest {

    private static final int ROUNDS_EACH = 100;
    private static final int RUN_EVERY = 10;
    private static final String PULLED = "me/pulled";

    @TempDir
    Path folder;

    @Test
    void nothingIsLostAndNothingIsHalfVisible() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("TwoProcessesTest: seed " + seed);
        for (int i = 0; i < 4; i++) TinyModel.write(folder.resolve(i + ".gguf"), i);
        Path root = folder.resolve("models");

        List<Process> processes = new ArrayList<>();
        try (ScriptedRegistry registry = new ScriptedRegistry()) {
            registry.put(PULLED, PullTest.CONFIG, Files.readAllBytes(folder.resolve("3.gguf")));
            for (String each : List.of("p1", "p2")) processes.add(start(root, each, seed, registry));
            ModelStore watcher = ModelStore.at(root);
            while (processes.stream().anyMatch(Process::isAlive)) Worker.readAll(watcher);
            Set<String> expected = new TreeSet<>();
            for (Process process : processes) {
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor()).as("seed " + seed + "\n" + output).isZero();
                output.lines().filter(line -> line.startsWith("own ")).forEach(line -> expected.add(line.substring(4)));
            }

            ModelStore store = ModelStore.at(root);
            assertThat(store.summaries().stream()
                            .map(ModelSummary::name)
                            .filter(name -> !name.startsWith("shared") && !name.startsWith(PULLED)))
                    .as("seed " + seed)
                    .containsExactlyInAnyOrderElementsOf(expected);
            assertThat(store.verify(List.of(), Progress.NONE).damage()).isEmpty();
            assertThat(files(root.resolve("blobs"))).as("seed " + seed).isEqualTo(needed(store));
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private Process start(Path root, String prefix, long seed, ScriptedRegistry registry) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Worker.class.getName(),
                        root.toString(),
                        folder.toString(),
                        prefix,
                        String.valueOf(seed),
                        registry.uri())
                .redirectErrorStream(true)
                .start();
    }

    /// Every file below the blobs' folder: nothing may be left of what was given up.
    private static Set<String> files(Path blobs) throws IOException {
        try (Stream<Path> files = Files.walk(blobs)) {
            Set<String> names = new TreeSet<>();
            files.filter(Files::isRegularFile).forEach(file -> names.add(String.valueOf(file.getFileName())));
            return names;
        }
    }

    private static Set<String> needed(ModelStore store) {
        Set<String> names = new TreeSet<>();
        for (StoredModel model : store.list()) {
            model.manifest().digests().forEach(digest -> names.add(digest.fileName()));
        }
        return names;
    }

    /// What one of the processes does; prints the names it leaves.
    static final class Worker {

        private final ModelStore store;
        private final Path folder;
        private final String prefix;
        private final Random random;
        private final RemoteModels remote;
        private final Set<ModelName> own = new HashSet<>();

        private Worker(Path root, Path folder, String prefix, long seed, String registry) {
            this.store = ModelStore.at(root);
            this.folder = folder;
            this.prefix = prefix;
            this.random = new Random(seed + prefix.hashCode());
            this.remote = new RemoteModels(
                    store, ScriptedRegistry.settings(folder.resolve(prefix), Map.of("CHASQUI_REGISTRY", registry)));
        }

        public static void main(String[] args) {
            Worker worker = new Worker(Path.of(args[0]), Path.of(args[1]), args[2], Long.parseLong(args[3]), args[4]);
            for (int i = 0; i < ROUNDS_EACH; i++) worker.round(i);
            worker.own.forEach(name -> System.out.println("own " + name));
        }

        private void round(int i) {
            ModelName mine = ModelName.parse(prefix + "/m" + random.nextInt(8));
            ModelName shared = ModelName.parse("shared" + random.nextInt(3));
            switch (random.nextInt(8)) {
                case 0, 1 -> make(mine, i);
                case 2 -> make(shared, i);
                case 3 -> copy(shared, mine);
                case 4 -> delete(mine);
                case 5 -> remote.pull(RemoteName.parse(PULLED), true, Progress.NONE);
                case 6 -> delete(ModelName.parse(PULLED));
                default -> delete(shared);
            }
            readAll(store);
            for (ModelName name : own) {
                if (store.find(name).isEmpty()) throw new AssertionError(name + " is lost, round " + i);
            }
            if (i % RUN_EVERY == RUN_EVERY - 1) run();
        }

        private void run() {
            EngineConfig config = EngineConfig.fromEnvironment(Map.of()).withStore(store.root());
            Options brief = Options.NONE.with(Option.NUM_PREDICT, 2);
            try (Engine engine = Engine.open(config)) {
                for (ModelName name : own.stream().limit(1).toList()) {
                    GenerateRequest request =
                            GenerateRequest.of(name.longForm(), "Hi").withSettings(Settings.DEFAULT.withOptions(brief));
                    if (engine.generate(request).answer().summary().evalTokens() < 1) {
                        throw new AssertionError(name + " says nothing");
                    }
                }
            }
        }

        /// As a client does over HTTP: the text's file goes ahead, the model follows.
        private void make(ModelName name, int i) {
            byte[] text = (prefix + " says " + i).getBytes(StandardCharsets.UTF_8);
            store.takeBlob(Digest.of(text), new ByteArrayInputStream(text));
            String modelfile = "FROM " + random.nextInt(3) + ".gguf\nSYSTEM " + prefix + " says " + i;
            store.create(name, Modelfile.parse(modelfile), folder, Progress.NONE);
            if (name.namespace().equals(prefix)) own.add(name);
        }

        private void copy(ModelName from, ModelName to) {
            try {
                store.copy(from, to);
                own.add(to);
            } catch (BackendException e) {
                if (e.kind() != BackendException.Kind.NOT_FOUND) throw e;
            }
        }

        private void delete(ModelName name) {
            try {
                store.delete(name);
                own.remove(name);
            } catch (BackendException e) {
                if (e.kind() != BackendException.Kind.NOT_FOUND) throw e;
            }
        }

        /// Whatever is listed can be read to its last byte, unless somebody deleted it or made it anew meanwhile.
        static void readAll(ModelStore store) {
            for (ModelSummary listed : store.summaries()) {
                ModelName name = ModelName.parse(listed.name());
                Optional<StoredModel> found = store.find(name);
                if (found.isEmpty()) continue;
                StoredModel model = found.get();
                try {
                    boolean pulled = listed.name().startsWith(PULLED);
                    if (!pulled && !model.system().orElse("").contains(" says ")) {
                        throw new AssertionError(name + " has no system prompt");
                    }
                    if (model.gguf().tensors().isEmpty()) throw new AssertionError(name + " has no tensors");
                    for (Layer layer : model.manifest().layers()) {
                        byte[] bytes = Files.readAllBytes(store.blobs().path(layer.digest()));
                        if (!Digest.of(bytes).equals(layer.digest())) throw new AssertionError(name + " is damaged");
                    }
                } catch (BackendException | IOException e) {
                    Optional<Digest> now = store.find(name).map(StoredModel::digest);
                    if (now.equals(Optional.of(model.digest()))) throw new AssertionError(name + " is half there", e);
                }
            }
        }
    }
}
