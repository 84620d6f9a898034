package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

    private final CommandRun chasqui = new CommandRun();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ask", "serve", "run", "list", "show", "ps", "stop", "create", "pull", "cp", "rm", "doctor", "plan",
                "tune", "bench"
            })
    void everyCommandExplainsItself(String command) {
        int status = chasqui.run(command, "--help");

        assertThat(status).isZero();
        assertThat(chasqui.out()).startsWith("Usage: chasqui " + command).contains("--help");
        assertThat(chasqui.out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(chasqui.err()).isEmpty();
    }

    @Test
    void helpNamesUnitsAndDefaults() {
        chasqui.run("ask", "--help");
        assertThat(chasqui.out())
                .contains("Default: smollm2:135m")
                .contains("num_predict=128")
                .contains("(tokens)");

        chasqui.run("run", "--help");
        assertThat(chasqui.out()).contains("5m, 90s, 1h").contains("Default: 5m");

        chasqui.run("tune", "--help");
        assertThat(chasqui.out())
                .contains("prefill (long new")
                .contains("Default: mixed")
                .contains("--forget");

        chasqui.run("serve", "--help");
        assertThat(chasqui.out()).contains("else 11434");
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        int status = chasqui.run();

        assertThat(status).isZero();
        assertThat(chasqui.out()).startsWith("Usage: chasqui ").contains("ask").contains("doctor");
    }

    @Test
    void versionIsOneLine() {
        assertThat(chasqui.run("--version")).isZero();
        assertThat(chasqui.out()).matches("chasqui version is \\S+\n");
        assertThat(chasqui.run("-v")).isZero();
    }
}
