package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TinyGguf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One folder that a real Ollama, of this version or an old one, uses too.
class BesideOllamaTest {

    @TempDir
    Path folder;

    private ModelStore store;
    private Path blobs;
    private Path library;

    @BeforeEach
    void makeStore() {
        store = ModelStore.at(folder.resolve("models"));
        blobs = store.root().resolve("blobs");
        library = store.root().resolve("manifests/registry.ollama.ai/library");
        TinyGguf.llama().write(folder.resolve("tiny.gguf"));
        create("tiny", "FROM tiny.gguf\nSYSTEM Hi.");
    }

    @Test
    void filesWithAColonInTheirNamesAreReadCheckedUsedAgainAndRemoved() throws IOException {
        Digest weights = store.get(name("tiny")).weightsDigest();
        try (Stream<Path> files = Files.list(blobs)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = file.getFileName().toString();
                Files.move(file, blobs.resolve(text.replace("sha256-", "sha256:")));
            }
        }

        ModelStore fresh = ModelStore.at(store.root());
        StoredModel model = fresh.get(name("tiny"));
        assertThat(model.system()).contains("Hi.");
        assertThat(model.gguf().architecture()).isEqualTo("llama");
        assertThat(fresh.summaries()).hasSize(1);
        assertThat(fresh.hasBlob(weights)).isTrue();
        assertThat(fresh.verify(List.of(), Progress.NONE).isWhole()).isTrue();

        fresh.delete(name("tiny"));
        assertThat(files()).isEmpty();
    }

    @Test
    void aManifestMayNameItsFilesWithADash() throws IOException {
        Path manifest = library.resolve("tiny/latest");
        Files.writeString(manifest, Files.readString(manifest).replace("sha256:", "sha256-"));

        assertThat(store.get(name("tiny")).system()).contains("Hi.");
    }

    @Test
    void whatIsWrittenInPlaceIsSeen() throws IOException {
        Path manifest = library.resolve("tiny/latest");
        String before = Files.readString(manifest);
        assertThat(store.summaries()).hasSize(1);

        Files.writeString(manifest, before.substring(0, before.length() / 2)); // as Ollama does it, half-way
        assertThat(store.summaries()).isEmpty();

        Files.writeString(manifest, before);
        assertThat(store.summaries()).hasSize(1);
    }

    @Test
    void pruningRemovesOldFilesThatNoModelNeedsAndNothingElse() throws IOException {
        Path weights = store.get(name("tiny")).weights();
        Path old = upload("old");
        Path young = upload("young");
        Path partial = Files.writeString(blobs.resolve("sha256-" + "1".repeat(64) + "-partial-0"), "half");
        Path foreign = Files.writeString(blobs.resolve("README"), "mine");
        for (Path file : List.of(weights, old, partial, foreign)) age(file);

        store.prune(Duration.ofHours(1));

        assertThat(old).doesNotExist();
        assertThat(List.of(weights, young, partial, foreign)).allMatch(Files::exists);
        assertThat(store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
    }

    @Test
    void nothingIsPrunedWhileAManifestCannotBeRead() throws IOException {
        Path old = upload("old");
        age(old);
        Path broken = Files.writeString(
                Files.createDirectories(library.resolve("broken")).resolve("latest"), "{");

        store.prune(Duration.ofHours(1));
        assertThat(old).exists();

        Files.delete(broken);
        store.prune(Duration.ofHours(1));
        assertThat(old).doesNotExist();
    }

    @Test
    void aStoreThatIsNotThereIsNotMadeByLookingAtIt() {
        ModelStore nowhere = ModelStore.at(folder.resolve("nowhere"));

        nowhere.prune(Duration.ZERO);

        assertThat(nowhere.verify(List.of(), Progress.NONE)).isEqualTo(new Verification(0, 0, 0, List.of()));
        assertThat(nowhere.summaries()).isEmpty();
        assertThat(nowhere.root()).doesNotExist();
    }

    private Path upload(String text) {
        Digest digest = Digest.of(text.getBytes());
        store.takeBlob(digest, new ByteArrayInputStream(text.getBytes()));
        return blobs.resolve(digest.fileName());
    }

    private static void age(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(blobs)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private void create(String model, String modelfile) {
        store.create(name(model), Modelfile.parse(modelfile), folder, Progress.NONE);
    }

    private static ModelName name(String text) {
        return ModelName.parse(text);
    }
}
