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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The list of models, asked for again and again while others change the store.
class ModelListTest {

    @TempDir
    Path folder;

    private ModelStore list;
    private ModelStore other;

    /// One store sees every folder as one that settled long ago, the other is somebody else's.
    @BeforeEach
    void makeStores() throws IOException {
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(1)), ZoneOffset.UTC);
        list = ModelStore.at(folder, StoreSettings.DEFAULT, Disk.REAL, later);
        other = ModelStore.at(folder);
        TinyGguf.llama().write(folder.resolve("tiny.gguf"));
        create("a", "FROM tiny.gguf\nSYSTEM One.");
        create("b", "FROM a\nSYSTEM Two.");
        letAnHourPass();
        assertThat(names()).containsExactlyInAnyOrder("a:latest", "b:latest");
    }

    @Test
    void whatDidNotChangeIsTheSame() {
        List<ModelSummary> before = list.summaries();

        List<ModelSummary> after = list.summaries();

        for (int i = 0; i < before.size(); i++) assertThat(after.get(i)).isSameAs(before.get(i));
    }

    @Test
    void modelsThatOthersMakeCopyAndDeleteAreSeenAtOnce() {
        create("me/c:q4", "FROM a");
        assertThat(names()).contains("me/c:q4");

        other.copy(name("a"), name("a:two"));
        assertThat(names()).contains("a:latest", "a:two");

        other.delete(name("b"));
        assertThat(names()).containsExactlyInAnyOrder("a:latest", "a:two", "me/c:q4");
    }

    @Test
    void aModelMadeAnewIsAnotherOne() {
        String before = digest("a");

        create("a", "FROM tiny.gguf\nSYSTEM Another.");

        assertThat(digest("a")).isNotEqualTo(before);
    }

    @Test
    void aModelWhoseFileWentIsLeftOutUntilItIsBack() throws IOException {
        Path weights = list.get(name("a")).weights();
        Path aside = folder.resolve("aside");
        Files.move(weights, aside);
        assertThat(names()).isEmpty();

        Files.move(aside, weights);

        assertThat(names()).containsExactlyInAnyOrder("a:latest", "b:latest");
    }

    @Test
    void aFolderThatIsALinkIsNotFollowedAndOneThatGoesIsForgotten() throws IOException {
        Path models = folder.resolve("manifests/registry.ollama.ai/library");
        Files.createSymbolicLink(models.resolve("c"), models.resolve("a"));
        assertThat(names()).containsExactlyInAnyOrder("a:latest", "b:latest");

        Files.move(models.resolve("a"), folder.resolve("elsewhere"));

        assertThat(names()).containsExactly("b:latest");
    }

    @Test
    void aFolderThatChangedJustNowIsLookedAtAgain() throws IOException {
        Folders hasty = new Folders(Clock.systemUTC(), Disk.REAL);
        Path fresh = Files.createDirectory(folder.resolve("fresh"));
        Files.writeString(fresh.resolve("one"), "");

        assertThat(hasty.state(fresh)).isEmpty();
        assertThat(hasty.contents(fresh).files()).hasSize(1);
        assertThat(hasty.state(folder.resolve("nowhere"))).isEmpty();
        assertThat(hasty.contents(folder.resolve("nowhere")).files()).isEmpty();
    }

    /// So that no change of a test falls into the tick of one before.
    private void letAnHourPass() throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.filter(Files::isDirectory).toList()) Files.setLastModifiedTime(each, then);
        }
    }

    private String digest(String model) {
        return list.summaries().stream()
                .filter(summary -> summary.name().equals(model + ":latest"))
                .map(ModelSummary::digest)
                .findFirst()
                .orElseThrow();
    }

    private Stream<String> names() {
        return list.summaries().stream().map(ModelSummary::name);
    }

    private void create(String model, String modelfile) {
        other.create(name(model), Modelfile.parse(modelfile), folder, Progress.NONE);
    }

    private static ModelName name(String text) {
        return ModelName.parse(text);
    }
}
