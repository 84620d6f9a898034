package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

    private final CommandRun chasqui = new CommandRun();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ask",
                "serve",
                "run",
                "list",
                "show",
                "ps",
                "stop",
                "create",
                "pull",
                "cp",
                "rm",
                "doctor",
                "plan",
                "tune",
                "verify",
                "key",
                "check",
                "bench",
                "push",
                "models",
                "completion"
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
        assertThat(chasqui.out()).containsPattern("else\\s+11434");
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
        assertThat(chasqui.err()).isEmpty();
        assertThat(chasqui.run("-v")).isZero();
    }

    @Test
    void versionWarnsOfAServerThatIsAbsentOrAnother() {
        chasqui.server.version = "0.0.1";
        assertThat(chasqui.run("-v")).isZero();
        assertThat(chasqui.err()).isEqualTo("Warning: the server at http://127.0.0.1:1 has version 0.0.1\n");

        chasqui.server.reachable = false;
        assertThat(chasqui.run("-v")).isZero();
        assertThat(chasqui.out()).matches("chasqui version is \\S+\n");
        assertThat(chasqui.err()).isEqualTo("Warning: could not connect to a running Ollama instance\n");
    }

    @Test
    void helpOfACommandIsItsOwn() {
        assertThat(chasqui.run("help", "run")).isZero();
        assertThat(chasqui.out()).startsWith("Usage: chasqui run ");

        assertThat(chasqui.run("help")).isZero();
        assertThat(chasqui.out()).startsWith("Usage: chasqui ").contains("completion");

        assertThat(chasqui.run("help", "nonsense")).isEqualTo(1);
        assertThat(chasqui.err()).contains("nonsense");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    @DisabledOnOs(OS.WINDOWS)
    void aShellCompletesCommandsAndFlags(String shell, @TempDir Path folder) throws Exception {
        assertThat(chasqui.run("completion", shell)).isZero();
        Path script = Files.writeString(folder.resolve("completion"), chasqui.out());
        String typed = "source " + script + "; COMP_WORDS=(chasqui %s); COMP_CWORD=%d; _complete_chasqui;"
                + " echo ${COMPREPLY[@]}";

        assertThat(bash(typed.formatted("pu", 1))).isEqualTo("pull push\n");
        assertThat(bash(typed.formatted("list --js", 2))).isEqualTo("--json\n");
    }

    @Test
    void aShellWithoutACompletionIsNamed() {
        assertThat(chasqui.run("completion", "fish")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: there is no completion for \"fish\"; expected bash or zsh\n");
    }

    private static String bash(String script) throws Exception {
        Process bash = new ProcessBuilder("bash", "-c", script)
                .redirectErrorStream(true)
                .start();
        bash.getOutputStream().close();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out;
    }
}
