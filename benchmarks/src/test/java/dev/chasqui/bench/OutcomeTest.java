package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class OutcomeTest {

    private static final Counts COUNTS = new Counts(4, 400, 40, 64, 1, 0, 2, 1);

    @TempDir
    Path folder;

    private final Report report = new Report(2);

    @Test
    void aTableSaysWhoIsFasterAndWhatThatRestsOn() throws Exception {
        report.add(outcome(measured(50, 52, 49), measured(100, 101, 99)));
        report.write(folder, "suite");

        assertThat(Files.readString(folder.resolve("suite.md")))
                .contains("| b3-burst | m | embedded | ollama | 0.50 | 0.48 to 0.53 | faster |")
                .contains(
                        "| b3-burst | embedded | 50.0 | 52.0 | 52.0 | 49.0 to 52.0 | 3 x 1 | 400 | 40 | 64 | 12 | 3 | 0 | 6 | 3 | 2.0 |");
        assertThat(Files.readString(folder.resolve("suite.json")))
                .contains("\"promptTokens\" : 1200")
                .contains("\"what\" : \"a <burst> of \\\"four\\\"\"");
    }

    @Test
    void noDifferenceIsCalledWhereTheSpreadCoversIt() {
        report.add(outcome(measured(90, 110, 95), measured(100, 100, 100)));

        assertThat(report.markdown()).contains("| no difference shown |").doesNotContain("| faster |");
    }

    @Test
    void thePageHoldsItsPicturesAndFetchesNothing() throws Exception {
        report.add(outcome(measured(50, 52, 49), measured(100, 101, 99)));
        report.notMeasured("b2, <server>", new IllegalStateException("no such model"));
        report.write(folder, "suite");

        String page = Files.readString(folder.resolve("suite.html"));
        assertThat(page)
                .contains("Not measured: b2, &lt;server&gt;: no such model")
                .contains("a &lt;burst&gt; of &quot;four&quot; (m)")
                .contains("embedded / ollama: 0.50 [0.48, 0.53] faster")
                .doesNotContain("http://", "https://", "<script", "<link", "url(", "@import");
        String svg = page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + 6);
        var picture =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(picture.getElementsByTagName("circle").getLength()).isEqualTo(6);
    }

    @Test
    void percentilesAreOfAllMeasurementsAndMediansOfRounds() {
        Measured measured = new Measured(List.of(new double[] {3, 1, 2}), COUNTS, 10)
                .plus(new Measured(List.of(new double[] {30, 20, 10}), COUNTS, 40));

        assertThat(measured.medians()).containsExactly(2, 20);
        assertThat(measured.percentile(0.5)).isEqualTo(3);
        assertThat(measured.percentile(0.95)).isEqualTo(30);
        assertThat(measured.percentile(0.01)).isEqualTo(1);
        assertThat(measured.allocatedBytes()).isEqualTo(25);
        assertThat(measured.counts().calls()).isEqualTo(8);
    }

    @Test
    void anAnswerAfterNinetySecondsIsLate() {
        assertThat(COUNTS.after(90_000_000_000L)).isEqualTo(COUNTS);
        assertThat(COUNTS.after(90_000_000_001L).late()).isEqualTo(1);
        assertThat(COUNTS.after(90_000_000_001L).calls()).isEqualTo(4);
    }

    private static Outcome outcome(Measured embedded, Measured ollama) {
        Map<String, Measured> sides = new LinkedHashMap<>();
        sides.put("embedded", embedded);
        sides.put("ollama", ollama);
        return new Outcome("m", "b3-burst", "a <burst> of \"four\"", sides);
    }

    private static Measured measured(double... rounds) {
        Measured all = Measured.NOTHING;
        for (double millis : rounds) all = all.plus(new Measured(List.of(new double[] {millis}), COUNTS, 2 << 20));
        return all;
    }
}
