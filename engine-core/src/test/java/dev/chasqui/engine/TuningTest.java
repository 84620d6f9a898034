package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.tune.Effort;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import dev.chasqui.tune.TuneProgress;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.TuneReport.Compared;
import dev.chasqui.tune.TuneReport.Verdict;
import dev.chasqui.tune.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tuning over a real, tiny model.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TuningTest {

    private static final String LONG = "The and the. ".repeat(40);
    /// Two, on a machine that others use, wait for each other most of the time.
    private static final Map<String, String> ONE_THREAD = Map.of("OLLAMA_NUM_THREAD", "1");

    @TempDir
    private Path folder;

    private Path tuned;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        tuned = folder.resolve("tuned");
        TinyModel.seeded(5).withContextTokens(1024).write(folder.resolve("tiny.gguf"));

        engine = engine(ONE_THREAD);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aModelIsMeasuredAndRemembered() {
        Tuning tuning = engine.tuning("tiny");
        assertThat(tuning.stored()).isEmpty();

        TuneReport report = tuning.measure(Workload.MIXED, Effort.QUICK, OptionalInt.of(400), TuneProgress.NONE);

        assertThat(report.stages())
                .extracting(TuneReport.Stage::knob)
                .containsExactly(Knob.FLASH_ATTENTION, Knob.CACHE_TYPE, Knob.BATCH);
        for (TuneReport.Stage stage : report.stages()) {
            assertThat(stage.values().getFirst().verdict()).isEqualTo(Verdict.STOOD);
            for (Compared way : stage.values()) {
                if (way.verdict() == Verdict.NOT_MEASURED) {
                    assertThat(way.note()).startsWith("needs flash attention");
                } else {
                    assertThat(way.memoryBytes()).isPositive();
                    if (stage.knob() != Knob.CACHE_TYPE)
                        assertThat(way.tokensPerSecond()).isPositive();
                }
            }
        }
        Path file = tuning.keep(report);
        assertThat(file).hasParent(tuned);
        assertThat(tuning.stored().orElseThrow().knobs()).isEqualTo(report.chosen());
        assertThat(tuning.stored().orElseThrow().model()).isEqualTo("tiny");

        assertThat(tuning.forget()).isEqualTo(1);
        assertThat(tuning.stored()).isEmpty();
    }

    @Test
    void everyWorkloadCanBeMeasured() {
        for (Workload workload : List.of(Workload.PREFILL, Workload.TAIL, Workload.DECODE)) {
            TuneReport report =
                    engine.tuning("tiny").measure(workload, Effort.QUICK, OptionalInt.of(400), TuneProgress.NONE);

            assertThat(report.shape().promptTokens()).isEqualTo(256);
            assertThat(report.stages()).flatExtracting(TuneReport.Stage::values).isNotEmpty();
        }
    }

    @Test
    void whatIsSetIsNotMeasured() {
        try (Engine set = engine(Map.of("OLLAMA_NUM_THREAD", "1", "OLLAMA_KV_CACHE_TYPE", "q8_0"))) {
            TuneReport report =
                    set.tuning("tiny").measure(Workload.MIXED, Effort.QUICK, OptionalInt.of(400), TuneProgress.NONE);

            assertThat(report.notTried())
                    .containsOnlyKeys(Knob.DECODE_THREADS, Knob.PREFILL_THREADS, Knob.CACHE_TYPE, Knob.FLASH_ATTENTION)
                    .containsValue("set by the model or the environment");
            assertThat(report.stages()).extracting(TuneReport.Stage::knob).containsExactly(Knob.BATCH);
            assertThat(report.standard().values()).containsEntry(Knob.DECODE_THREADS, "1");
        }
    }

    @Test
    void theNextLoadUsesWhatIsRememberedUnlessTheRequestSaysOtherwise() throws IOException {
        assertThat(longestPrefill(Map.of())).isGreaterThan(128);
        engine.close();
        engine = engine(ONE_THREAD);
        engine.tuning("tiny").keep(found(new Knobs(Map.of(Knob.BATCH, "128"))));

        assertThat(longestPrefill(Map.of())).isEqualTo(128);
        assertThat(longestPrefill(Map.of("num_batch", 200))).isEqualTo(200);
    }

    @Test
    void aDamagedFileChangesNothing() throws IOException {
        Files.writeString(engine.tuning("tiny").keep(found(new Knobs(Map.of(Knob.BATCH, "128")))), "num_batch=1e9");

        assertThat(longestPrefill(Map.of())).isGreaterThan(128);
    }

    @Test
    void aContextTooSmallToMeasureIsRefused() {
        assertThatThrownBy(() -> engine.tuning("tiny")
                        .measure(Workload.MIXED, Effort.QUICK, OptionalInt.of(100), TuneProgress.NONE))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessage("num_ctx is 100; tuning needs at least 128");
    }

    @Test
    void anInterruptedCallerGivesItUp() throws Exception {
        CountDownLatch measuring = new CountDownLatch(1);
        FutureTask<TuneReport> task = new FutureTask<>(() -> engine.tuning("tiny")
                .measure(Workload.DECODE, Effort.FULL, OptionalInt.empty(), (what, done, total) -> {
                    if (done > 0) measuring.countDown();
                }));
        Thread caller = Thread.ofPlatform().start(task);
        measuring.await();

        caller.interrupt();

        assertThat(task)
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(InterruptedException.class);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("chasqui-tune")) thread.join();
        }
    }

    /// Prompt tokens of the longest batch of a long prompt.
    private int longestPrefill(Map<String, Integer> options) throws IOException {
        Path file = folder.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("chasqui.Prefill").withoutThreshold();
            recording.start();
            Answer answer = engine.generate(GenerateRequest.of("tiny", LONG + options)
                            .asRaw()
                            .withSettings(Settings.DEFAULT.withOptions(
                                    Options.parse(options).over(Options.parse(Map.of("num_predict", 1))))))
                    .answer();
            assertThat(answer.summary().promptTokens()).isGreaterThan(200);
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("chasqui.Prefill"))
                .mapToInt(event -> event.getInt("promptTokens"))
                .max()
                .orElseThrow();
    }

    private static TuneReport found(Knobs knobs) {
        return new TuneReport(
                Workload.MIXED,
                Effort.QUICK,
                Workload.MIXED.shape(256, Effort.QUICK),
                Map.of(),
                Knobs.NONE,
                List.of(),
                Optional.empty(),
                knobs);
    }

    private Engine engine(Map<String, String> environment) {
        return Engine.open(
                folder.resolve("tiny.gguf"),
                EngineConfig.fromEnvironment(environment).withTuned(Optional.of(tuned)));
    }
}
