package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Progress;
import dev.chasqui.store.Catalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The README's program is run exactly as it stands there, over the real default model.
@Timeout(180)
class ReadmeExampleTest {

    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void eightAgentsAskAndWhoIsRefusedHearsWhy() throws Exception {
        String program = program();
        assertThat(program.lines()).hasSizeLessThanOrEqualTo(30);

        List<String> said = run(Files.writeString(folder.resolve("Agents.java"), program));

        assertThat(said).hasSize(8);
        IntStream.rangeClosed(1, 8).forEach(i -> assertThat(said.get(i - 1)).startsWith("agent " + i + " "));
        assertThat(said.getLast())
                .startsWith("agent 8 was refused: the deadline ")
                .containsPattern("\\d+ ms");
        assertThat(said).anyMatch(line -> line.matches("agent \\d said: .+ \\(\\d+ tokens were there\\)"));
    }

    /// Of the README's pieces of Java, the one that is a program.
    private static String program() throws Exception {
        List<String> programs = JAVA.matcher(Files.readString(Path.of("..", "README.md")))
                .results()
                .map(block -> block.group(1))
                .filter(code -> code.contains("void main()"))
                .toList();
        assertThat(programs).hasSize(1);
        return programs.getFirst();
    }

    private List<String> run(Path program) throws Exception {
        Catalogue.standard().file("smollm2:135m", Progress.NONE);
        Path errors = folder.resolve("errors");
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.toString())
                .redirectError(errors.toFile());
        java.environment()
                .put("OLLAMA_MODELS", Catalogue.cacheRoot(System.getenv()).toString());
        Process process = java.start();
        try {
            List<String> said = process.inputReader().lines().toList();
            assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
