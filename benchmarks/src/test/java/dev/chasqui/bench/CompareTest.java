package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Report.Row;
import dev.chasqui.llama.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Keeps the benchmarks from rotting: every workload once, over a tiny model. The numbers mean nothing.
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
    void everyWorkloadRunsOnBothSides() throws Exception {
        Report report = new Report(1);
        Compare once = new Compare(1, 0, Duration.ZERO, 1, Optional.empty());

        try (Side one = Side.open("embedded", model);
                Side other = Side.open("embedded", model)) {
            once.run(model, one.backend(), other.backend(), report);
        }

        assertThat(report.claims()).extracting(Claim::value).hasSize(3).allMatch(Double::isFinite);
        assertThat(report.rows())
                .hasSize(8)
                .allSatisfy(row -> assertThat(row.values()).isNotEmpty().doesNotContain(0));
    }

    @Test
    void theReportIsWrittenForPeopleAndForPrograms() throws Exception {
        Report report = new Report(2);
        report.add(new Row("m", "subject", "ms", new double[] {3, 1, 2}));
        report.claim(new Claim("m", "ratio", 0.96, true, 0.97, ""));

        report.write(folder);

        assertThat(Files.readString(folder.resolve("compare.md")))
                .contains("| m | ratio | 0.960 | >= 0.97 | **missed** |")
                .contains("| m | subject | 2.00 | 1.00 | 3.00 | 3 | ms |");
        assertThat(Files.readString(folder.resolve("compare.json"))).contains("\"target\" : 0.97");
    }
}
