package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private final CommandRun chasqui = new CommandRun();

    @TempDir
    private Path folder;

    @Test
    void aRightFileIsStatusZeroAndACutOneIsStatusOneWithTheRule() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 1);

        assertThat(chasqui.run("check", file.toString())).isZero();
        assertThat(chasqui.out()).startsWith("accepted: ");

        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThat(chasqui.run("check", file.toString(), "--json")).isEqualTo(1);
        assertThat(chasqui.out()).contains("\"accepted\":false").contains("\"rule\":\"V9\"");
    }

    @Test
    void withoutAFileItIsStatusTwo() {
        assertThat(chasqui.run("check")).isEqualTo(2);
    }
}
