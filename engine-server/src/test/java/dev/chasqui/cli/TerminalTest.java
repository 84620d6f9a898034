package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.RealServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The program in a real terminal: what is typed, and what then stands on the screen.
@Timeout(300)
@DisabledOnOs(OS.WINDOWS)
class TerminalTest {

    private Path folder;

    @BeforeEach
    void aFolderWithAShortName() throws Exception {
        folder = Files.createTempDirectory("cq");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }

    @Test
    void aChatIsTypedStreamedInterruptedAndLeft() throws Exception {
        Path store = RealServer.storeOfItsOwn(folder.resolve("models"));
        Map<String, String> environment = Map.of("OLLAMA_MODELS", store.toString(), "OLLAMA_HOST", "");
        try (Tmux terminal = Tmux.start(folder, environment, "run", "-o", "num_predict=16", "smollm2:135m")) {
            terminal.waitFor("the prompt", screen -> asks(screen, 1));

            // typed and answered
            terminal.type("What is the capital of France?").press("Enter");
            List<String> answered = terminal.waitFor("an answer", screen -> asks(screen, 2));
            assertThat(answered).contains(">>> What is the capital of France?");
            assertThat(answered.get(answered.indexOf(">>> What is the capital of France?") + 1))
                    .isNotEmpty()
                    .doesNotStartWith("Error");

            // streamed, broken between words, interrupted
            terminal.type("/set parameter num_predict 3000").press("Enter");
            terminal.waitFor("the prompt", screen -> asks(screen, 3));
            terminal.type("Write a very long story about a runner of the Inca.").press("Enter");
            List<String> begun = terminal.waitFor("a beginning", screen -> screen.size() > answered.size() + 4);
            assertThat(asks(begun, 4)).as("it is still being told").isFalse();
            terminal.type("typed too early");
            terminal.waitFor("more of it", screen -> screen.size() > begun.size() + 1);
            terminal.press("C-c");
            List<String> interrupted = terminal.waitFor("the prompt after Ctrl-C", screen -> asks(screen, 4));
            assertThat(interrupted).allMatch(line -> line.length() < Tmux.WIDTH);
            assertThat(interrupted).noneMatch(line -> line.startsWith("Error") || line.contains("typed too early"));

            // more than one line
            terminal.type("/set parameter num_predict 16").press("Enter");
            terminal.waitFor("the prompt", screen -> asks(screen, 5));
            terminal.type("\"\"\"What is the capital").press("Enter");
            terminal.waitFor("the rest", screen -> screen.getLast().equals("..."));
            terminal.type("of Italy?\"\"\"").press("Enter");
            List<String> both = terminal.waitFor("its answer", screen -> asks(screen, 6));
            assertThat(both).contains(">>> \"\"\"What is the capital", "... of Italy?\"\"\"");

            // commands
            terminal.type("/show info").press("Enter");
            terminal.waitForText("quantization        Q4_1");
            terminal.type("/set parameter seed 7").press("Enter");
            terminal.waitForText("Set parameter 'seed' to '7'");
            terminal.type("/set par").press("Tab").type("top_k 5").press("Enter");
            terminal.waitForText("Set parameter 'top_k' to '5'");
            terminal.type("/show parameters").press("Enter");
            terminal.waitForText("seed                           7");

            // Ctrl-C on an empty line does not leave, /bye does
            terminal.press("C-c");
            terminal.waitForText("Use Ctrl + d or /bye to exit.");
            terminal.type("/bye").press("Enter");
            terminal.waitForText("status=0");
        }
        assertThat(folder.resolve(".chasqui/history")).content().contains("/show info");
    }

    @Test
    void barsOfSeveralLayersMoveInTheirPlaces() throws Exception {
        try (OllamaDouble server = new OllamaDouble();
                Tmux terminal = Tmux.start(folder, Map.of("OLLAMA_HOST", server.host()), "pull", "big")) {
            server.say("{\"status\":\"pulling manifest\"}")
                    .say(layer("aaaaaaaaaaaa", 0, 1_000_000_000))
                    .say(layer("bbbbbbbbbbbb", 0, 50_000_000))
                    .say(layer("aaaaaaaaaaaa", 400_000_000, 1_000_000_000));
            terminal.waitForText("pulling bbbbbbbbbbbb:   0%");

            // Lines go on coming, as from a real server: each draws what the one before may have been too early for.
            List<String> moving = null;
            for (long done = 400_000_000; moving == null; done += 1_000_000) {
                server.say(layer("aaaaaaaaaaaa", done, 1_000_000_000))
                        .say(layer("bbbbbbbbbbbb", 5_000_000, 50_000_000));
                List<String> screen = terminal.waitForText("pulling aaaaaaaaaaaa");
                if (String.join("\n", screen).matches("(?s).*aaaaaaaaaaaa:  4\\d%.*bbbbbbbbbbbb:  10%.*"))
                    moving = screen;
            }
            assertThat(moving).hasSize(3);
            assertThat(moving.get(0)).isEqualTo("pulling manifest");
            assertThat(moving.get(1)).contains("▕█").contains(" MB/1 GB").contains("/s");
            assertThat(moving.get(2)).contains("5 MB/50 MB");

            server.say(layer("bbbbbbbbbbbb", 50_000_000, 50_000_000))
                    .say(layer("aaaaaaaaaaaa", 1_000_000_000, 1_000_000_000))
                    .say("{\"status\":\"success\"}");
            List<String> over = terminal.waitForText("status=0");
            assertThat(over).hasSize(5);
            assertThat(over.get(1)).startsWith("pulling aaaaaaaaaaaa: 100% ▕██").endsWith("██▏ 1 GB");
            assertThat(over.get(2)).startsWith("pulling bbbbbbbbbbbb: 100% ▕██").endsWith("██▏ 50 MB");
            assertThat(over.get(3)).isEqualTo("success");
        }
    }

    @Test
    void aPullIsLeftByCtrlC() throws Exception {
        try (OllamaDouble server = new OllamaDouble();
                Tmux terminal = Tmux.start(folder, Map.of("OLLAMA_HOST", server.host()), "pull", "big")) {
            server.say(layer("aaaaaaaaaaaa", 100, 1_000));
            terminal.waitForText("pulling aaaaaaaaaaaa:  10%");

            terminal.press("C-c");

            terminal.waitForText("status=130");
        }
    }

    /// Whether the program has asked so many times for a line, and waits for one now.
    private static boolean asks(List<String> screen, int times) {
        long prompts = screen.stream().filter(line -> line.startsWith(">>>")).count();
        return prompts == times && screen.getLast().equals(">>>");
    }

    private static String layer(String digits, long done, long total) {
        return "{\"status\":\"pulling " + digits + "\",\"digest\":\"sha256:" + digits + "\",\"total\":" + total
                + ",\"completed\":" + done + "}";
    }
}
