package dev.chasqui.bench;

import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A store of many models over a few dozen weights, each with a manifest and a config of its own, an hour old. Written
/// without the store's care for power cuts, which would take minutes.
record CrowdedStore(Path root, int models) implements AutoCloseable {

    private static final int WEIGHTS = 36;
    private static final Pattern CONFIG =
            Pattern.compile("\"config\":\\{[^}]*?\"digest\":\"sha256:([0-9a-f]{64})\",\"size\":(\\d+)");

    static CrowdedStore make(int models) {
        Path root = BenchModel.temporaryFolder();
        try {
            List<String> manifests = new ArrayList<>();
            for (int i = 0; i < Math.min(models, WEIGHTS); i++) manifests.add(create(root, i));
            for (int i = manifests.size(); i < models; i++) write(root, i, manifests.get(i % manifests.size()));
            letAnHourPass(root);
            return new CrowdedStore(root, models);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the benchmark's store " + root, e);
        }
    }

    /// So that the next process has to find everything out.
    void forgetNotes() {
        try {
            Files.deleteIfExists(root.resolve(".chasqui/notes/list"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot forget what is noted in " + root, e);
        }
    }

    void requireAll(int listed) {
        if (listed != models) throw new IllegalStateException(listed + " of " + models + " models were listed");
    }

    private static String create(Path root, int i) throws IOException {
        Path gguf = root.resolve("weights.gguf");
        TinyModel.seeded(i).write(gguf);
        String text = "FROM weights.gguf\nSYSTEM You are agent " + i + ".\nPARAMETER seed " + i + "\nLICENSE MIT";
        ModelStore.at(root).create(name(i), Modelfile.parse(text), root, Progress.NONE);
        Files.delete(gguf);
        return Files.readString(manifest(root, i));
    }

    private static void write(Path root, int i, String like) throws IOException {
        Matcher config = CONFIG.matcher(like);
        if (!config.find()) throw new IllegalStateException("no config in " + like);
        Path blobs = root.resolve("blobs");
        String text = Files.readString(blobs.resolve("sha256-" + config.group(1)))
                .replaceFirst("\\{", "{\"agent\":\"" + i + "\",");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(bytes);
        Files.write(blobs.resolve(digest.fileName()), bytes);
        Path manifest = manifest(root, i);
        Files.createDirectories(manifest.resolveSibling(""));
        Files.writeString(
                manifest,
                like.substring(0, config.start(1)) + digest.hex() + "\",\"size\":" + bytes.length
                        + like.substring(config.end(2)));
    }

    private static ModelName name(int i) {
        return ModelName.parse("agent-" + i);
    }

    private static Path manifest(Path root, int i) {
        return root.resolve("manifests/registry.ollama.ai/library/agent-" + i + "/latest");
    }

    /// A store that changed just now is read more carefully.
    private static void letAnHourPass(Path root) throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        try (Stream<Path> files = Files.walk(root)) {
            for (Path each : files.filter(Files::isDirectory).toList()) Files.setLastModifiedTime(each, then);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the benchmark's store " + root, e);
        }
    }
}
