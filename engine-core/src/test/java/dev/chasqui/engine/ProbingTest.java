package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.engine.Probing.Libraries;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.probe.DoesAsTold;
import dev.chasqui.probe.Probe;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.ProbeNote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class ProbingTest {

    /// No rule of the gate's and no guard sees that this has no end.
    private static final String HOLDS_ITSELF = "{% set x = [1] %}{% set _ = x.append(x) %}{{ x | tojson }}{{ x }}";

    private static final Probe AS_TOLD = new Probe(DoesAsTold.class.getName(), Duration.ofSeconds(60));
    private static final Probe NO_CHILD = new Probe("no.such.Child", Duration.ofSeconds(60));
    private static final Libraries LIBRARIES = new Libraries("libraries1", true);
    private static final Instant NOW = Instant.parse("2026-11-25T20:00:00Z");

    @TempDir
    Path folder;

    private Path weights;

    @BeforeEach
    void makeModel() throws IOException {
        weights = folder.resolve("tiny.gguf");
        TinyModel.write(weights, 3);
        Files.createDirectory(folder.resolve("signs"));
        tell("live");
    }

    @Test
    void aModelThatLivesIsTriedOnce() throws IOException {
        require(AS_TOLD);
        require(AS_TOLD);
        require(NO_CHILD);

        assertThat(tries()).isEqualTo(1);
    }

    @Test
    void otherLibrariesAndOtherContentAreTriedAgain() throws IOException {
        require(AS_TOLD);
        probing(AS_TOLD, new Libraries("libraries2", true), NOW).require(source(), () -> true);
        TinyModel.write(weights, 4);
        require(AS_TOLD);

        assertThat(tries()).isEqualTo(3);
    }

    @Test
    void aDeathIsToldWithTheRemedyAndRemembered() throws IOException {
        TinyModel.seeded(3).withTemplate(HOLDS_ITSELF).write(weights);

        for (Probe probe : List.of(Probe.LOAD, NO_CHILD)) {
            assertThatThrownBy(() -> require(probe))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                    .hasMessageStartingWith("model 'tiny' is not loaded: in a process of its own it died of SIGSEGV")
                    .hasMessageContaining(" while its chat template was used. Use another file of this model, or set"
                            + " CHASQUI_ISOLATION=none to load it without; ")
                    .hasMessageEndingWith(" remembers that, remove it to try again");
        }
        Files.delete(note().file().orElseThrow());

        assertThatThrownBy(() -> require(NO_CHILD)).hasMessageContaining("no.such.Child");
    }

    @Test
    void aProcessThatIsKilledFromOutsideIsNotHeldAgainstTheModel() throws IOException {
        tell("be killed");
        assertThatThrownBy(() -> require(AS_TOLD))
                .hasMessageContaining("model 'tiny' could not be tried in a process of its own: ")
                .hasMessageContaining("signal 9")
                .hasMessageEndingWith("Ask again, or set CHASQUI_ISOLATION=none to load it without");

        tell("live");
        require(AS_TOLD);
    }

    @Test
    void aModelThatHangsIsRefusedForAnHour() throws IOException {
        Probe impatient = new Probe(DoesAsTold.class.getName(), Duration.ofSeconds(2));
        tell("hang");
        assertThatThrownBy(() -> require(impatient)).hasMessageContaining("it did not end within 2 s");
        tell("live");

        assertThatThrownBy(() -> require(AS_TOLD)).hasMessageContaining("it did not end within 2 s");
        probing(AS_TOLD, LIBRARIES, NOW.plus(Duration.ofMinutes(61))).require(source(), () -> true);
    }

    @Test
    void manyWhoAskAtOnceTryItOnce() throws Exception {
        List<Throwable> thrown = new ArrayList<>();
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(i -> Thread.ofPlatform()
                        .uncaughtExceptionHandler((thread, e) -> thrown.add(e))
                        .start(() -> require(AS_TOLD)))
                .toList();
        for (Thread thread : threads) thread.join();

        assertThat(thrown).isEmpty();
        assertThat(tries()).isEqualTo(1);
    }

    @Test
    void twoProcessesTryItOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) processes.add(another());
            for (Process process : processes) {
                String output = new String(process.getInputStream().readAllBytes());
                assertThat(process.waitFor()).as(output).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }

        assertThat(tries()).isEqualTo(1);
    }

    private Process another() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Another.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
    }

    /// The program of [#twoProcessesTryItOnce].
    static final class Another {
        public static void main(String[] args) {
            ProbingTest test = new ProbingTest();
            test.folder = Path.of(args[0]);
            test.weights = test.folder.resolve("tiny.gguf");
            test.require(AS_TOLD);
        }
    }

    @Test
    void whoLeavesEndsTheTryAndTheNextOneBeginsAnew() throws IOException {
        tell("hang");
        AtomicInteger looks = new AtomicInteger();
        assertThatThrownBy(() -> probing(AS_TOLD, LIBRARIES, NOW).require(source(), () -> looks.incrementAndGet() < 20))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED));

        tell("live");
        require(AS_TOLD);
        assertThat(tries()).isEqualTo(2);
    }

    @Test
    void whereNothingCanBeKeptItIsTriedEachTime() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        ModelSource source = source(file.resolve("notes"));

        probing(AS_TOLD, LIBRARIES, NOW).require(source, () -> true);
        probing(AS_TOLD, LIBRARIES, NOW).require(source, () -> true);

        assertThat(tries()).isEqualTo(2);
    }

    @Test
    void aModelOfOurOwnCatalogueIsTriedOnlyWithLibrariesThatAreNotOurs() {
        Catalogue.standard().file("smollm2:135m", Progress.NONE);
        ModelStore store = ModelStore.at(Catalogue.cacheRoot(System.getenv()));
        ProbeNote note = store.probeNote(store.get(ModelName.parse("smollm2:135m")));
        ModelSource source = with(Models.ofFile(weights).source("tiny"), note);

        probing(NO_CHILD, new Libraries("libraries-of-this-test", true), NOW).require(source, () -> true);

        assertThatThrownBy(() -> probing(NO_CHILD, new Libraries("libraries-of-this-test", false), NOW)
                        .require(source, () -> true))
                .hasMessageContaining("no.such.Child");
    }

    @Test
    void anEngineRefusesATemplateThatWouldEndItAndServesOn() throws IOException {
        TinyModel.seeded(9).withTemplate(HOLDS_ITSELF).write(weights);
        EngineConfig config = EngineConfig.fromEnvironment(Map.of());
        try (Engine engine = Engine.open(weights, config)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> engine.generate("Hi"))
                        .isInstanceOf(BackendException.class)
                        .hasMessageContaining("it died of SIGSEGV")
                        .hasMessageContaining("while its chat template was used");
            }
        }
        TinyModel.write(weights, 10);
        try (Engine engine = Engine.open(weights, config)) {
            GenerateRequest load = GenerateRequest.of("tiny", "");
            assertThat(engine.generate(load).answer().text()).isEmpty();
            assertThat(engine.running()).hasSize(1);
        }
    }

    @Test
    void withoutIsolationNothingIsTried() throws IOException {
        Probing none = new Probing(false, AS_TOLD, () -> LIBRARIES, Clock.systemUTC());

        none.require(source(), () -> true);

        assertThat(tries()).isZero();
    }

    private void require(Probe probe) {
        probing(probe, LIBRARIES, NOW).require(source(), () -> true);
    }

    private static Probing probing(Probe probe, Libraries libraries, Instant now) {
        return new Probing(true, probe, () -> libraries, Clock.fixed(now, ZoneOffset.UTC));
    }

    private ModelSource source() {
        return source(folder.resolve("notes"));
    }

    private ModelSource source(Path notes) {
        try {
            return with(Models.ofFile(weights).source("tiny"), ProbeNote.ofFile(weights, notes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProbeNote note() throws IOException {
        return ProbeNote.ofFile(weights, folder.resolve("notes"));
    }

    private static ModelSource with(ModelSource source, ProbeNote note) {
        return new ModelSource(
                source.name(),
                source.digest(),
                source.weights(),
                source.adapter(),
                source.facts(),
                source.traits(),
                source.params(),
                source.system(),
                source.template(),
                source.usesGoTemplate(),
                source.messages(),
                source.capabilities(),
                source.whole(),
                () -> note);
    }

    private void tell(String what) throws IOException {
        Files.writeString(folder.resolve("told"), what);
    }

    private long tries() throws IOException {
        try (Stream<Path> signs = Files.list(folder.resolve("signs"))) {
            return signs.count();
        }
    }
}
