package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TinyGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one process notes about the list of models, and another one reads.
class ListIndexTest {

    private static final int MODELS = 25;

    @TempDir
    Path folder;

    private ModelStore writer;
    private Path library;
    private List<ModelSummary> noted;

    @BeforeEach
    void listMany() throws IOException {
        writer = process();
        library = writer.root().resolve("manifests/registry.ollama.ai/library");
        TinyGguf.llama().write(folder.resolve("tiny.gguf"));
        writer.create(name("m0"), Modelfile.parse("FROM tiny.gguf"), folder, Progress.NONE);
        for (int i = 1; i < MODELS; i++) writer.copy(name("m0"), name("m" + i));
        letAnHourPass();
        noted = writer.summaries();
        assertThat(noted).hasSize(MODELS);
        assertThat(note()).isRegularFile();
    }

    @Test
    void theNextProcessSaysTheSameWithoutReadingAManifest() throws IOException {
        for (int i = 0; i < MODELS; i++) makeUnreadable(library.resolve("m" + i + "/latest"));

        assertThat(process().summaries()).isEqualTo(noted);
        Files.delete(note());
        assertThat(process().summaries()).as("they could not be read, indeed").isEmpty();
    }

    @Test
    void whatChangedSinceIsReadAnew() throws IOException {
        writer.create(name("m1"), Modelfile.parse("FROM m0\nSYSTEM New."), folder, Progress.NONE);
        writer.copy(name("m0"), name("m2:second"));
        writer.delete(name("m3"));
        Files.writeString(library.resolve("m4/latest"), "{");

        List<ModelSummary> now = process().summaries();

        assertThat(now).hasSize(MODELS + 1 - 2);
        assertThat(now).extracting(ModelSummary::name).contains("m2:second").doesNotContain("m3:latest", "m4:latest");
        assertThat(digest(now, "m1:latest")).isNotEqualTo(digest(noted, "m1:latest"));
        assertThat(now).isEqualTo(ModelStore.at(writer.root()).summaries());
    }

    @Test
    void afterAChangeAllIsNotedAgain() throws IOException {
        writer.create(name("m1"), Modelfile.parse("FROM m0\nSYSTEM New."), folder, Progress.NONE);
        letAnHourPass();
        List<ModelSummary> now = process().summaries();
        assertThat(now).isNotEqualTo(noted).hasSize(MODELS);

        for (int i = 0; i < MODELS; i++) makeUnreadable(library.resolve("m" + i + "/latest"));

        assertThat(process().summaries()).isEqualTo(now);
    }

    @Test
    void modelsWhoseFileWentAreLeftOut() throws IOException {
        Files.delete(writer.get(name("m0")).weights());

        assertThat(process().summaries()).isEmpty();
    }

    @Test
    void aNoteThatIsCutOrOfAnotherKindIsNotUsed() throws IOException {
        String whole = Files.readString(note());
        Random random = new Random(6);
        for (int i = 0; i < 20; i++) {
            Files.writeString(note(), whole.substring(0, random.nextInt(whole.length())));
            assertThat(process().summaries()).isEqualTo(noted);
        }
        assertThat(ListIndex.read(whole, "any")).isPresent();
        assertThat(ListIndex.read(whole, "go")).isEmpty();
        assertThat(ListIndex.read(whole.replace('\t', ' '), "any")).isEmpty();
        assertThat(ListIndex.read(whole.replace("chasqui-list 2", "chasqui-list 1"), "any"))
                .isEmpty();
    }

    @Test
    void aNoteReadsAsItWasWritten() throws IOException {
        String text = Files.readString(note());

        assertThat(ListIndex.read(text, "any").orElseThrow().write("any")).isEqualTo(text);
    }

    @Test
    void aNameWithASeparatorInItIsNotNoted() {
        ModelSummary plain = noted.getFirst();
        ModelSummary odd = new ModelSummary(
                plain.name(),
                plain.digest(),
                plain.sizeBytes(),
                plain.modifiedAt(),
                plain.traits(),
                plain.contextLength(),
                plain.embeddingLength(),
                List.of("completion", "a,b\tc\nd"));

        assertThat(ListIndex.canHold(plain)).isTrue();
        assertThat(ListIndex.canHold(odd)).isFalse();
    }

    /// Same file, same length, same time.
    private static void makeUnreadable(Path manifest) throws IOException {
        FileTime before = Files.getLastModifiedTime(manifest);
        Files.writeString(manifest, "x".repeat((int) Files.size(manifest)));
        Files.setLastModifiedTime(manifest, before);
    }

    private static String digest(List<ModelSummary> list, String model) {
        return list.stream()
                .filter(summary -> summary.name().equals(model))
                .map(ModelSummary::digest)
                .findFirst()
                .orElseThrow();
    }

    /// A store as another process sees it an hour later, when every folder has settled.
    private ModelStore process() {
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(1)), ZoneOffset.UTC);
        return ModelStore.at(folder.resolve("models"), StoreSettings.DEFAULT, Disk.REAL, later);
    }

    private Path note() {
        return writer.root().resolve(".chasqui/notes/list");
    }

    private void letAnHourPass() throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        try (Stream<Path> files = Files.walk(writer.root())) {
            for (Path each : files.filter(Files::isDirectory).toList()) Files.setLastModifiedTime(each, then);
        }
    }

    private static ModelName name(String text) {
        return ModelName.parse(text);
    }
}
