package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether files hold what their names say: by `verify`, and before a model is used.
class VerifyTest {

    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void makeStore() {
        store = ModelStore.at(folder.resolve("models"));
        // Larger than what is read again rather than noted.
        TinyGguf.llama().tensor("output.weight", TensorType.F32, 64, 4_000).write(folder.resolve("tiny.gguf"));
        create("a", "FROM tiny.gguf\nSYSTEM One.");
        create("b", "FROM tiny.gguf\nSYSTEM Two.");
        TinyGguf.llama().seed(2).write(folder.resolve("other.gguf"));
        create("c", "FROM other.gguf");
    }

    @Test
    void aWholeStoreIsReadToTheLastByte() {
        List<ProgressLine> lines = new ArrayList<>();

        Verification found = store.verify(List.of(), lines::add);

        assertThat(found.isWhole()).isTrue();
        assertThat(found.models()).isEqualTo(3);
        assertThat(found.bytes())
                .isGreaterThan(folder.resolve("tiny.gguf").toFile().length());
        assertThat(lines).allMatch(line -> line.status().equals("verifying") && line.totalBytes() == found.bytes());
        assertThat(lines.getLast().completedBytes()).isEqualTo(found.bytes());
        assertThat(lines).extracting(ProgressLine::completedBytes).isSorted();
    }

    @Test
    void aFlippedByteIsFoundThoughTheFileLooksUntouchedAndItsModelsAreNamed() throws IOException {
        Path weights = store.get(name("a")).weights();
        FileTime before = Files.getLastModifiedTime(weights);
        flip(weights);
        Files.setLastModifiedTime(weights, before);

        Verification found = store.verify(List.of(), Progress.NONE);

        assertThat(found.damage()).hasSize(1);
        Damage damage = found.damage().getFirst();
        assertThat(damage.file()).isEqualTo(weights).doesNotExist();
        assertThat(damage.setAside().orElseThrow()).hasSize(Files.size(folder.resolve("tiny.gguf")));
        assertThat(damage.models()).containsExactlyInAnyOrder(name("a"), name("b"));
        assertThat(damage.message())
                .contains(weights + " holds something else, its SHA-256 is ")
                .contains("run: chasqui pull ");
        assertThatThrownBy(() -> store.get(name("b"))).hasMessageContaining(weights + " is missing");
        assertThat(store.summaries()).extracting("name").containsExactly("c:latest");
    }

    @Test
    void whatWasSetAsideGoesWhenTheModelIsMadeAgain() throws IOException {
        flip(store.get(name("a")).weights());
        Path aside = store.verify(List.of(name("a")), Progress.NONE)
                .damage()
                .getFirst()
                .setAside()
                .orElseThrow();
        assertThat(aside).exists();

        create("a", "FROM tiny.gguf\nSYSTEM One.");

        assertThat(aside).doesNotExist();
        assertThat(store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
        assertThat(store.get(name("b")).weights()).hasSameBinaryContentAs(folder.resolve("tiny.gguf"));
    }

    @Test
    void makingAModelFromTheSameFileRepairsWhatNobodyHadFoundYet() throws IOException {
        flip(store.get(name("a")).weights());

        ModelStore.at(store.root()).create(name("d"), Modelfile.parse("FROM tiny.gguf"), folder, Progress.NONE);

        assertThat(store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
    }

    @Test
    void everyFlawIsNamedAndSpoilsNoOther() throws IOException {
        Path library = store.root().resolve("manifests/registry.ollama.ai/library");
        Path missing = store.get(name("a")).weights();
        Path folderInstead = store.get(name("c")).weights();
        String manifest = Files.readString(library.resolve("b/latest"));
        long config = store.get(name("b")).manifest().config().size();
        Files.delete(missing);
        Files.delete(folderInstead);
        Files.createDirectories(folderInstead.resolve("not empty"));
        Files.writeString(Files.createDirectories(library.resolve("broken")).resolve("latest"), "{");
        Files.writeString(library.resolve("b/latest"), manifest.replace("\"size\":" + config, "\"size\":7"));

        List<String> found = store.verify(List.of(), Progress.NONE).damage().stream()
                .map(damage -> damage.models() + " " + damage.problem())
                .toList();

        assertThat(found).hasSize(4);
        assertThat(found).anyMatch(line -> line.matches(".*\\[broken:latest\\] is no manifest: it is not JSON.*"));
        assertThat(found).anyMatch(line -> line.contains("[b:latest] has " + config + " bytes, the manifest says 7"));
        assertThat(found).anyMatch(line -> line.contains("is missing") && line.contains("a:latest"));
        assertThat(found).anyMatch(line -> line.contains("[c:latest] is no regular file"));
        assertThat(folderInstead).doesNotExist();
        create("c", "FROM other.gguf");
        assertThat(store.verify(List.of(name("c")), Progress.NONE).isWhole()).isTrue();
        assertThatThrownBy(() -> store.verify(List.of(name("nobody")), Progress.NONE))
                .hasMessage("model 'nobody:latest' not found");
    }

    @Test
    void aFileOfOursIsNotReadAgainUntilSomebodyTouchesItOrADayHasPassed() throws IOException {
        ModelStore other = ModelStore.at(store.root());
        Path weights = other.get(name("a")).weights();
        assertThat(readBytes(other)).isLessThan(100_000); // texts only

        Files.setLastModifiedTime(weights, FileTime.from(Instant.now().minusSeconds(7)));
        assertThat(readBytes(other)).isEqualTo(Files.size(weights));
        assertThat(readBytes(other)).isZero();
        assertThat(readBytes(ModelStore.at(store.root()))).isLessThan(100_000);
        assertThat(readBytes(in(Duration.ofHours(25)))).isGreaterThan(Files.size(weights));
        assertThat(readBytes(in(Duration.ofHours(-25)))).isGreaterThan(Files.size(weights)); // the clock was wrong
        StoreSettings none = new StoreSettings(false, Duration.ZERO, Optional.empty());
        assertThat(readBytes(ModelStore.at(store.root(), none))).isGreaterThan(Files.size(weights));
    }

    @Test
    void aNoteThatIsDamagedIsNoneAtAll() throws IOException {
        Path weights = store.get(name("a")).weights();
        Path note = store.root().resolve(".chasqui/notes").resolve(String.valueOf(weights.getFileName()));
        String text = Files.readString(note);
        for (String wrong : List.of("", "\n", text + "x", text.replace("Z\n", "\n"), "\0".repeat(100))) {
            Files.writeString(note, wrong);
            assertThat(readBytes(ModelStore.at(store.root()))).as(wrong).isGreaterThan(Files.size(weights));
        }
        assertThat(Files.readString(note).lines().findFirst())
                .isEqualTo(text.lines().findFirst());
    }

    @Test
    void aDamagedFileIsRefusedBeforeItIsUsedAndSetAside() throws IOException {
        StoredModel model = store.get(name("a"));
        flip(model.weights());

        assertThatThrownBy(() -> store.requireWhole(model, bytes -> {}))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.FAILED))
                .hasMessageContaining("model 'a:latest' is damaged: " + model.weights())
                .hasMessageContaining("was set aside as " + store.root())
                .hasMessageContaining("Needed by a:latest, b:latest; run: chasqui pull a:latest");

        assertThat(model.weights()).doesNotExist();
        assertThatCode(() -> store.requireWhole(store.get(name("c")), bytes -> {}))
                .doesNotThrowAnyException();
    }

    @Test
    void whatNobodyReadForAWeekIsScrubbedAndSetAsideIfItIsDamaged() throws IOException {
        Path weights = store.get(name("a")).weights();
        FileTime before = Files.getLastModifiedTime(weights);
        flip(weights);
        Files.setLastModifiedTime(weights, before);
        Duration week = Duration.ofDays(7);

        Verification early = in(Duration.ofDays(6)).scrub(week, bytes -> {});
        Verification later = in(Duration.ofDays(8)).scrub(week, bytes -> {});
        Verification again = in(Duration.ofDays(9)).scrub(week, bytes -> {});

        assertThat(early.damage()).isEmpty();
        assertThat(early.bytes()).as("small files only").isLessThan(Files.size(folder.resolve("tiny.gguf")));
        assertThat(later.damage()).extracting(Damage::file).containsExactly(weights);
        assertThat(weights).doesNotExist();
        assertThat(again.damage()).as("what is gone is told once").isEmpty();
    }

    @Test
    void aScrubEndsWhenItsListenerHasEnough() {
        AtomicLong heard = new AtomicLong();

        assertThatThrownBy(() -> in(Duration.ofDays(8)).scrub(Duration.ofDays(7), bytes -> {
                    heard.incrementAndGet();
                    throw new BackendException(BackendException.Kind.CANCELLED, "enough");
                }))
                .hasMessage("enough");

        assertThat(heard).hasValue(1);
    }

    @Test
    void whoeverGivesUpWaitingIsNotKept() throws IOException {
        StoredModel model = store.get(name("a"));
        flip(model.weights());

        assertThatThrownBy(() -> store.requireWhole(model, bytes -> {
                    throw new BackendException(BackendException.Kind.CANCELLED, "enough");
                }))
                .hasMessage("enough");

        assertThat(model.weights()).exists();
    }

    /// Bytes that are read before the model may be used.
    private long readBytes(ModelStore of) {
        AtomicLong most = new AtomicLong();
        AtomicLong sum = new AtomicLong();
        of.requireWhole(of.get(name("a")), bytes -> {
            if (bytes < most.get()) sum.addAndGet(most.get());
            most.set(bytes);
        });
        return sum.get() + most.get();
    }

    private ModelStore in(Duration time) {
        Clock then = Clock.fixed(Instant.now().plus(time), ZoneOffset.UTC);
        return ModelStore.at(store.root(), StoreSettings.DEFAULT, Disk.REAL, then);
    }

    private static void flip(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long place = bytes.length() - 5;
            bytes.seek(place);
            int was = bytes.read();
            bytes.seek(place);
            bytes.write(was ^ 1);
        }
    }

    private void create(String model, String modelfile) {
        store.create(name(model), Modelfile.parse(modelfile), folder, Progress.NONE);
    }

    private static ModelName name(String text) {
        return ModelName.parse(text);
    }
}
