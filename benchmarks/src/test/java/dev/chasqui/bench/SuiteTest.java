package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Option;
import dev.chasqui.bench.Outcome.Compared;
import dev.chasqui.bench.SameQuestion.Facts;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.trading.Agents;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Param;

/// Keeps the suite from rotting: every task once, over a tiny model. The numbers mean nothing.
@Timeout(300)
class SuiteTest {

    private static final long SEED = 42;
    /// Small, and with a second model: the tiny one again.
    private static final SuiteSettings TINY = new SuiteSettings(40, 2, Duration.ZERO, "bench:latest", 1);

    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private BenchModel model;

    @BeforeEach
    void makeTheModel() throws Exception {
        Path gguf = folder.resolve("tiny.gguf");
        TinyModel.seeded(SEED).withContextTokens(16_384).write(gguf);
        model = BenchModel.ofFile(gguf, folder.resolve("models"));
        System.setProperty(BenchModel.STORE_PROPERTY, model.store().toString());
    }

    @AfterEach
    void forgetTheModel() {
        System.clearProperty(BenchModel.STORE_PROPERTY);
        TINY.jvmArguments()
                .forEach(argument -> System.clearProperty(argument.substring(2).split("=")[0]));
    }

    @TestFactory
    Stream<DynamicTest> everyTaskRunsAndCounts() {
        Side side = Side.open(Side.EMBEDDED, model);
        return TINY.tasks().stream()
                .map(task -> DynamicTest.dynamicTest(task.name(), () -> {
                    Asked asked = Asked.of(side.backend(), model, task.contextTokens(), 1, false);
                    task.before().run(asked, 7);
                    Counts counts = task.timed().run(asked, 7);

                    assertThat(counts.refused() + counts.left()).isLessThanOrEqualTo(counts.calls());
                    if (!task.name().endsWith("load"))
                        assertThat(counts.promptTokens()).isPositive();
                }))
                .onClose(side::close);
    }

    @Test
    void jmhKnowsEveryTaskByName() throws Exception {
        String[] known = WorkloadBenchmark.class
                .getDeclaredField("workload")
                .getAnnotation(Param.class)
                .value();
        SuiteSettings full = new SuiteSettings(40, Agents.SWARM_BARS, Duration.ofMinutes(1), "bench:latest", 1);

        assertThat(full.tasks()).extracting(Task::name).containsExactly(known);
    }

    @Test
    void sidesTakeTurnsAndARoundGoesThroughAllTasks() {
        List<Task> all = TINY.tasks();
        List<Task> two = List.of(all.getFirst(), all.getLast()); // B8 has one round
        Suite suite = new Suite(model, TINY, List.of("embedded", "http"), 2, LONG, false);

        assertThat(suite.order(two))
                .containsExactly(
                        "decode, embedded",
                        "decode, http",
                        "b8-soak, embedded",
                        "b8-soak, http",
                        "decode, embedded",
                        "decode, http");
    }

    @Test
    void jmhMeasuresATaskAndWhatASideCannotDoIsSaid() {
        TINY.jvmArguments().forEach(argument -> {
            String[] parts = argument.substring(2).split("=", 2);
            System.setProperty(parts[0], parts[1]);
        });
        List<Task> choices = TINY.tasks().stream()
                .filter(task -> task.name().equals("choices"))
                .toList();
        Report report = new Report(1);
        List<String> steps = new ArrayList<>();

        new Suite(model, TINY, List.of("embedded", "ollama"), 1, LONG, false)
                .run(
                        choices,
                        List.of(),
                        report,
                        (what, done, all) -> steps.add(what),
                        new PrintWriter(new StringWriter()));

        assertThat(steps).containsExactly("choices, embedded", "choices, ollama", "done");
        Outcome outcome = report.outcomes().getFirst();
        Measured measured = outcome.measured("embedded");
        assertThat(measured.all()).hasSize(5).doesNotContain(0);
        assertThat(measured.counts().calls()).isEqualTo(5);
        assertThat(measured.counts().promptTokens()).isPositive();
        assertThat(measured.allocatedBytes()).isPositive();
        assertThat(outcome.compared()).extracting(Compared::side).isEmpty();
        assertThat(report.markdown())
                .contains("**Not measured**: choices, ollama: nobody said where the Ollama server is");
    }

    @Test
    void whatNoTimeIsLeftForIsSaid() {
        Report report = new Report(1);

        new Suite(model, TINY, List.of("embedded"), 1, Duration.ZERO, false)
                .run(TINY.tasks(), List.of(), report, (what, done, all) -> {}, new PrintWriter(new StringWriter()));

        assertThat(report.outcomes()).isEmpty();
        assertThat(report.machineLine()).contains("left out 19 of 19 turns, after 0 s");
    }

    @Test
    void sidesThatWereNotAskedTheSameAreNotCompared() {
        Facts facts = new Facts("ab".repeat(32), 2048, 40, 300, "19, 20");

        assertThat(SameQuestion.require(Map.of("a", facts)))
                .isEqualTo("weights abababababab, num_ctx 2048, greedy answers alike");
        Facts other = new Facts(facts.digest(), 4096, 40, 300, "19, 20");
        Map<String, Facts> both = new LinkedHashMap<>();
        both.put("embedded", facts);
        both.put("http", other);
        assertThatThrownBy(() -> SameQuestion.require(both))
                .hasMessage(
                        "the sides are not asked the same: num_ctx in force is 4096 on the side http and 2048 on the first");
    }

    @Test
    void aSideIsAskedForItsWeightsItsContextAndItsCounts() {
        try (Side side = Side.open(Side.EMBEDDED, model)) {
            Facts facts = SameQuestion.of(Asked.of(side.backend(), model, 2048, 1, false));

            assertThat(facts.digest())
                    .isEqualTo(model.gguf().getFileName().toString().substring("sha256-".length()));
            assertThat(facts.contextTokens()).isEqualTo(2048);
            assertThat(facts.promptTokens()).isPositive();
            assertThat(facts.chatTokens()).isGreaterThan(facts.promptTokens());
        }
    }

    @Test
    void aCallerWhoLeavesIsNotWaitedFor() throws Exception {
        try (Side side = Side.open(Side.EMBEDDED, model)) {
            Asked asked = Asked.of(side.backend(), model, 8192, 1, false);
            asked.workload().load(side.backend());
            long start = System.nanoTime();

            Counts counts = asked.leave(new Agents(1).whale(), 1, Duration.ZERO);

            assertThat(counts).isEqualTo(Counts.LEFT);
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
            assertThat(asked.workload().options().count(Option.NUM_BATCH)).hasValue(512);
        }
    }
}
