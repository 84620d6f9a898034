package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Report.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    @TempDir
    Path folder;

    @Test
    void itIsWrittenForPeopleAndForPrograms() throws Exception {
        Report report = new Report(2);
        report.add(new Row("m", "subject", "ms", new double[] {3, 1, 2}));
        report.claim(new Claim("m", "ratio", 0.96, true, 0.97, ""));

        report.write(folder, "compare");

        assertThat(Files.readString(folder.resolve("compare.md")))
                .contains("| m | ratio | 0.960 | >= 0.97 | **missed** |")
                .contains("| m | subject | 2.00 | 1.00 | 3.00 | 3 | ms |");
        assertThat(Files.readString(folder.resolve("compare.json"))).contains("\"target\" : 0.97");
    }

    @Test
    void aLimitMayBeReachedAndNotPassed() {
        BenchModel model = new BenchModel("m", folder, folder);

        assertThat(Claim.atMost(model, "wait", 400, 400).in(" ms").met()).isTrue();
        assertThat(Claim.atMost(model, "wait", 400.1, 400).met()).isFalse();
        assertThat(Claim.atLeast(model, "gain", 7, 7).met()).isTrue();
        assertThat(Claim.atLeast(model, "gain", Double.NaN, 7).met()).isFalse();
    }
}
