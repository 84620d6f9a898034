package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.bench.Report.Claim;
import dev.chasqui.llama.TinyModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Keeps the benchmarks from rotting: every section once, over a tiny model. The numbers mean nothing.
@Timeout(300)
class CompareTest {

    private static final long SEED = 42;

    @TempDir
    Path folder;

    private BenchModel model;

    @BeforeEach
    void makeTheModel() throws Exception {
        Path gguf = folder.resolve("tiny.gguf");
        TinyModel.write(gguf, SEED);
        model = BenchModel.ofFile(gguf, folder.resolve("models"));
    }

    @Test
    void everySectionMeasuresAndClaims() {
        Report report = new Report(1);
        StringWriter screen = new StringWriter();

        try (Trial trial = trial()) {
            Compare.all(Optional.empty()).run(trial, report, new PrintWriter(screen));
        }

        assertThat(report.isWhole()).as(screen.toString()).isTrue();
        assertThat(report.claims())
                .hasSize(28)
                .allSatisfy(claim -> assertThat(claim.value()).isFinite());
        assertThat(report.rows())
                .hasSize(63)
                .allSatisfy(row -> assertThat(row.values()).isNotEmpty().doesNotContain(0));
    }

    @Test
    void aSectionThatFailsIsReportedAndTheOthersStillRun() throws Exception {
        Report report = new Report(1);
        Section failing = new Section() {
            @Override
            public String name() {
                return "failing";
            }

            @Override
            public void measure(Trial trial, Report into) {
                throw new IllegalStateException("no such luck");
            }
        };
        Section promising = new Section() {
            @Override
            public String name() {
                return "promising";
            }

            @Override
            public void measure(Trial trial, Report into) {
                into.claim(Claim.atLeast(trial.model(), "promise", 2, 1));
            }
        };

        try (Trial trial = trial()) {
            new Compare(List.of(failing, promising)).run(trial, report, new PrintWriter(new StringWriter()));
        }

        assertThat(report.isWhole()).isFalse();
        assertThat(report.claims()).extracting(Claim::text).containsExactly("promise");
        assertThat(report.markdown()).contains("**Not measured**: bench:latest, failing: no such luck");
    }

    @Test
    void onlyWhatIsNamedRuns() {
        Compare all = Compare.all(Optional.empty());

        assertThat(all.only(List.of("cancel", "fan-out")).names()).containsExactly("fan-out", "cancel");
        assertThatThrownBy(() -> all.only(List.of("fanout")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--only names \"fanout\"; expected some of decode, first-token");
    }

    private Trial trial() {
        return new Trial(
                model, Effort.quick(1), () -> Side.open(Side.EMBEDDED, model), () -> Side.open(Side.EMBEDDED, model));
    }
}
