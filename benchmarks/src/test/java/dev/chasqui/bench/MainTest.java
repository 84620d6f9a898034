package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theHelpNamesEverySection() {
        assertThat(run("compare", "--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains(Compare.all(Optional.empty()).names());
    }

    @Test
    void whatCannotBeIsSaidInOneLine() {
        assertThat(run("compare", "--only", "fanout")).isEqualTo(2);
        assertThat(err.toString()).startsWith("Error: --only names \"fanout\"").hasLineCount(1);
    }

    @Test
    void optionsAloneMeanTheSuiteUnlessTheyAskForSections() {
        assertThat(Main.usual(List.of())).isEqualTo("suite");
        assertThat(Main.usual(List.of("--quick", "--ollama", "http://host:11434")))
                .isEqualTo("suite");
        assertThat(Main.usual(List.of("--quick", "--only", "decode"))).isEqualTo("compare");
        assertThat(Main.usual(List.of("--only=decode"))).isEqualTo("compare");
        assertThat(Main.usual(List.of("--check"))).isEqualTo("compare");
    }

    @Test
    void aSuiteOfNothingIsRefused() {
        assertThat(run("suite", "--rounds", "0")).isEqualTo(2);
        assertThat(run("suite", "--soak", "0")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly("Error: --rounds is 0; expected >= 1", "Error: --soak is 0; expected >= 1");
    }

    @Test
    void aSoakOfNothingIsRefused() {
        assertThat(run("soak", "--minutes", "0")).isEqualTo(2);
        assertThat(err.toString()).isEqualToIgnoringNewLines("Error: --minutes is 0; expected >= 1");
    }

    private int run(String... words) {
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(words);
    }
}
