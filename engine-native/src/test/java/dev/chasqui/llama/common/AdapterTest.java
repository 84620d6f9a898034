package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdapterTest {

    private static final Path MAPS = Path.of("/proc/self/maps");

    @Test
    void theProcessHoldsOneOfEachLibrary() throws IOException {
        assumeThat(MAPS).exists();
        Adapter.load();

        List<String> loaded = Files.readAllLines(MAPS).stream()
                .filter(line -> line.contains(".so"))
                .map(line -> line.substring(line.indexOf('/')))
                .distinct()
                .toList();

        for (String library : List.of("/libllama.", "/libllama-common.", "/libggml.", "/libggml-base.")) {
            assertThat(loaded).filteredOn(path -> path.contains(library)).hasSize(1);
        }
        assertThat(loaded)
                .filteredOn(path -> path.contains("jnichasqui_common"))
                .hasSize(1);
    }

    @Test
    void javaCppStaysOutOfTheProcess() {
        Adapter.load();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains("JavaCPP"));
    }

    @Test
    void aThousandCyclesDoNotGrow() throws IOException {
        assumeThat(MAPS).exists();
        for (int i = 0; i < 200; i++) cycle();
        long before = residentPages();

        for (int i = 0; i < 1000; i++) cycle();

        assertThat(residentPages() - before).as("pages of 4 KiB").isLessThan((24L << 20) / 4096);
    }

    private static void cycle() {
        try (ChatTemplate template = Templates.CHATML.parse();
                OutputParser parser = OutputParser.of(template.render(ChatInputs.of(Templates.HELLO)))) {
            parser.push("Hello");
            parser.finish();
        }
    }

    private static long residentPages() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }
}
