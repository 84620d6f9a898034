package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelfileTest {

    @TempDir
    Path folder;

    @Test
    void everyInstructionIsRead() {
        Modelfile file = Modelfile.parse("""
                # a comment
                FROM ./model.gguf
                from projector.gguf
                  PARAMETER   temperature   0.25
                PARAMETER stop "<|im_end|>"
                PARAMETER stop ###
                PARAMETER num_ctx 4096
                TEMPLATE \"""{{ .System }}
                {{ .Prompt }}\"""
                SYSTEM You are # not a comment
                SYSTEM "  You trade.  "
                ADAPTER /x/lora.gguf
                LICENSE MIT
                LICENSE \"""Two
                "lines\"""
                MESSAGE user Hello, "friend"
                MESSAGE assistant Hi: there
                RENDERER r
                PARSER p
                REQUIRES 0.14.0
                """);

        assertThat(file.from()).containsExactly("./model.gguf", "projector.gguf");
        assertThat(file.parameters().decimal(Option.TEMPERATURE)).hasValue(0.25);
        assertThat(file.parameters().strings(Option.STOP)).containsExactly("<|im_end|>", "###");
        assertThat(file.parameters().integer(Option.NUM_CTX)).hasValue(4096);
        assertThat(file.template()).contains("{{ .System }}\n{{ .Prompt }}");
        assertThat(file.system()).contains("  You trade.  ");
        assertThat(file.adapters()).containsExactly("/x/lora.gguf");
        assertThat(file.licenses()).containsExactly("MIT", "Two\n\"lines");
        assertThat(file.messages()).containsExactly(Message.user("Hello, \"friend\""), Message.assistant("Hi: there"));
        assertThat(file.last("renderer")).contains("r");
        assertThat(file.last("parser")).contains("p");
        assertThat(file.last("requires")).contains("0.14.0");
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of("", "no FROM line"),
                Arguments.of("# FROM x", "no FROM line"),
                Arguments.of("PARAMETER seed 1", "no FROM line"),
                Arguments.of("FROM x\n\nBAD y", "(line 3): command must be one of \"from\""),
                Arguments.of("FROM", "(line 1): command must be one of"),
                Arguments.of("FRO:M x", "(line 1): command must be one of"),
                Arguments.of("FROM x\nSYSTEM \"\"\"a\nb\"\"\"\nBAD y", "(line 4): command must be one of"),
                Arguments.of("FROM x\nMESSAGE robot hi", "(line 2): message role must be one of \"system\""),
                Arguments.of("FROM x\nMESSAGE user", "(line 2): message role must be one of"),
                Arguments.of("FROM x\nSYSTEM \"\"\"never ends", "unexpected EOF"),
                Arguments.of("FROM x\nSYSTEM \"", "unexpected EOF"),
                Arguments.of("FROM x\nPARAMETER seed", "(line 2): "));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aMistakeIsToldWithItsLineInOllamasWords(String text, String message) {
        assertThatThrownBy(() -> Modelfile.parse(text))
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void anUnknownParameterIsNamed() {
        assertThatThrownBy(() -> Modelfile.parse("FROM x\nPARAMETER warmth 1").parameters())
                .hasMessage("unknown parameter 'warmth'");
        assertThatThrownBy(
                        () -> Modelfile.parse("FROM x\nPARAMETER num_ctx many").parameters())
                .hasMessage("option \"num_ctx\" must be of type integer");
        assertThat(Modelfile.parse("FROM x\nPARAMETER mirostat 1").parameters().isEmpty())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("texts")
    void whatIsPrintedReadsBackTheSame(String text) {
        Modelfile file = new Modelfile(List.of(
                new Modelfile.Command("model", "/a b/c.gguf"),
                new Modelfile.Command("system", text),
                new Modelfile.Command("stop", text),
                new Modelfile.Command("message", "user: " + text)));

        assertThat(Modelfile.parse(file.toString())).isEqualTo(file);
    }

    /// Anything that the format can say: a text may hold no line that ends with three quotes.
    @Test
    void whateverIsPrintedReadsBackTheSame() {
        long seed = Long.getLong("chasqui.seed", System.nanoTime());
        System.out.println("Modelfile round trips, seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            List<Modelfile.Command> commands = new ArrayList<>();
            commands.add(new Modelfile.Command("model", anyText(random)));
            for (int n = random.nextInt(6); n > 0; n--) commands.add(anyCommand(random));
            Modelfile file = new Modelfile(commands);

            assertThat(Modelfile.parse(file.toString())).as(file.toString()).isEqualTo(file);
        }
    }

    private static Modelfile.Command anyCommand(Random random) {
        List<String> names = List.of(
                "model",
                "template",
                "system",
                "adapter",
                "draft",
                "renderer",
                "parser",
                "license",
                "requires",
                "stop",
                "num_ctx",
                "message");
        String name = names.get(random.nextInt(names.size()));
        String role = List.of("system", "user", "assistant").get(random.nextInt(3));
        return new Modelfile.Command(name, name.equals("message") ? role + ": " + anyText(random) : anyText(random));
    }

    private static String anyText(Random random) {
        List<String> pieces = List.of(
                "a", " ", "\t", "\n", "\r\n", "\"", "\"\"", "#", "FROM x", ": ", "é", "\u2003", "\u00a0", "🚀", "\\");
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) text.append(pieces.get(random.nextInt(pieces.size())));
        boolean sayable = text.toString().lines().noneMatch(line -> line.strip().endsWith("\"\"\""));
        return sayable ? text.toString() : anyText(random);
    }

    static Stream<String> texts() {
        return Stream.of(
                "plain",
                "",
                " ",
                " led by a blank",
                "two\nlines",
                "\n",
                "ends with a newline\n",
                "windows\r\nlines\r\n",
                "\"quoted\"",
                "\"opens only",
                "closes only\"",
                "a \"word\"\nand \"another\"",
                "# no comment",
                "FROM elsewhere",
                "ünïcödé 🚀");
    }

    @Test
    void aFileMayBeInUtf16OrBeginWithAMark() throws IOException {
        String text = "FROM x\nSYSTEM grüß dich\n";
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_8)) {
            Path file = Files.write(folder.resolve("Modelfile"), ("\ufeff" + text).getBytes(charset));

            assertThat(Modelfile.read(file)).isEqualTo(Modelfile.parse(text));
        }
    }

    @Test
    void windowsLineEndsDoNotCount() {
        assertThat(Modelfile.parse("FROM x\r\nSYSTEM \"\"\"hi\"\"\"\r\n"))
                .isEqualTo(Modelfile.parse("FROM x\nSYSTEM hi"));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Modelfile.read(folder.resolve("none")))
                .hasMessage("the Modelfile " + folder.resolve("none") + " does not exist");
    }
}
