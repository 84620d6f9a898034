package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Think;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {

    private final CommandRun chasqui = new CommandRun();

    @Test
    void onePromptIsAnsweredInThisProcessWhenNoServerRuns() {
        chasqui.embedded.with("m:latest", 1, Instant.now());

        int status = chasqui.run("run", "m", "Why", "not?");

        assertThat(status).isZero();
        assertThat(chasqui.out()).isEqualTo("Hello 🪶\n\n");
        assertThat(chasqui.embedded.asked.getFirst().prompt()).isEqualTo("Why not?");
    }

    @Test
    void aServerThatHasTheModelIsPreferred() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            chasqui.address = URI.create("http://127.0.0.1:" + listening.getLocalPort());
            chasqui.embedded.with("m:latest", 1, Instant.now()).with("mine:latest", 1, Instant.now());
            chasqui.server.with("m:latest", 1, Instant.now());

            chasqui.run("run", "m", "hi");
            chasqui.run("run", "mine", "hi");

            assertThat(chasqui.server.asked).hasSize(1);
            assertThat(chasqui.embedded.asked).extracting("model").containsExactly("mine");
        }
    }

    @Test
    void aServerThatWasNamedMustAnswer() {
        chasqui.environment.put("OLLAMA_HOST", "10.0.0.1");
        chasqui.server.reachable = false;

        assertThat(chasqui.run("run", "m", "hi")).isEqualTo(1);
        assertThat(chasqui.err())
                .isEqualTo("Error: could not connect to ollama server at http://127.0.0.1:1, "
                        + "run 'chasqui serve' to start it\n");
    }

    @Test
    void flagsReachTheRequest() {
        chasqui.embedded.with("m:latest", 1, Instant.now());

        int status =
                chasqui.run("run", "--keepalive", "90s", "--format", "json", "--think=low", "--nowordwrap", "m", "hi");

        assertThat(status).isZero();
        var settings = chasqui.embedded.asked.getFirst().settings();
        assertThat(settings.keepAlive().orElseThrow().duration()).contains(Duration.ofSeconds(90));
        assertThat(settings.format()).contains("\"json\"");
        assertThat(settings.think()).isEqualTo(Think.LOW);
    }

    @Test
    void wrongFlagsAreNamed() {
        chasqui.embedded.with("m:latest", 1, Instant.now());

        assertThat(chasqui.run("run", "--keepalive", "10", "m", "hi")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: time: missing unit in duration \"10\"\n");
        assertThat(chasqui.run("run", "--think=hard", "m", "hi")).isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: invalid think value: \"hard\"");
        assertThat(chasqui.run("run", "--format", "xml", "m", "hi")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: format is \"xml\"; expected json or a JSON schema\n");
    }

    @Test
    void withoutATerminalThereIsNoChat() {
        chasqui.embedded.with("m:latest", 1, Instant.now());

        assertThat(chasqui.run("run", "m")).isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: there is no prompt");
        assertThat(chasqui.piped("from a pipe\n").run("run", "m")).isZero();
        assertThat(chasqui.embedded.asked.getFirst().prompt()).isEqualTo("from a pipe");
    }

    @Test
    void aMissingModelIsPulledAndThenAnswers() {
        chasqui.embedded.library.registry.add("m");

        assertThat(chasqui.run("run", "--insecure", "m", "hi")).isZero();

        assertThat(chasqui.embedded.library.done).containsExactly("pull m insecure");
        assertThat(chasqui.out()).isEqualTo("Hello 🪶\n\n");
    }

    @Test
    void whyAMissingModelCannotBePulledIsSaidBesideThatItIsMissing() {
        assertThat(chasqui.run("run", "m", "hi")).isEqualTo(1);

        assertThat(chasqui.err())
                .contains("Error: model 'm' not found: pull model manifest: file does not exist; ")
                .contains("`chasqui models` what is known");
    }

    @Test
    void theWordBehindThinkIsTheModelAndNotItsLevel() {
        chasqui.embedded.with("m:latest", 1, Instant.now());

        assertThat(chasqui.run("run", "--think", "m", "hi")).isZero();
        assertThat(chasqui.run("run", "m", "hi", "--think=false", "--truncate")).isZero();
        assertThat(chasqui.run("run", "m", "hi", "--truncate=false")).isZero();

        assertThat(chasqui.embedded.asked)
                .extracting(asked -> asked.settings().think())
                .containsExactly(Think.ON, Think.OFF, Think.DEFAULT);
        assertThat(chasqui.embedded.asked)
                .extracting(asked -> asked.settings().truncate())
                .containsExactly(true, true, false);
    }

    @Test
    void aModelThatMakesOnlyVectorsPrintsOneAsJson() {
        chasqui.embedded.with("e:latest", 1, Instant.now());
        chasqui.embedded.capabilities = List.of("embedding");

        assertThat(chasqui.run("run", "e", "some text", "--dimensions", "2", "--truncate=false", "--keepalive", "1s"))
                .isZero();

        assertThat(chasqui.out()).isEqualTo("[0.6,-0.8]\n");
        EmbedRequest request = chasqui.embedded.embeds.getFirst();
        assertThat(request.inputs()).containsExactly("some text");
        assertThat(request.dimensions()).hasValue(2);
        assertThat(request.truncate()).isFalse();
        assertThat(request.keepAlive().orElseThrow().duration()).contains(Duration.ofSeconds(1));
        assertThat(chasqui.run("run", "e", "x", "--dimensions", "0")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: dimensions is 0; expected >= 1\n");
    }

    @Test
    void imagesReachAModelThatSeesAndOthersAreCalledBlind(@TempDir Path folder) throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 1, 2};
        Path image = Files.write(folder.resolve("a chart.png"), png);
        String escaped = image.toString().replace(" ", "\\ ");
        chasqui.embedded.with("m:latest", 1, Instant.now());

        assertThat(chasqui.run("run", "m", "What is in " + escaped + " ?")).isZero();
        assertThat(chasqui.err()).startsWith("Note: m sees no images; to it " + escaped + " is only text.");
        assertThat(chasqui.embedded.asked.getFirst().images()).isEmpty();
        assertThat(chasqui.embedded.asked.getFirst().prompt()).contains(escaped);

        chasqui.embedded.capabilities = List.of("completion", "vision");
        assertThat(chasqui.run("run", "m", "What is in " + escaped + " ?")).isZero();
        assertThat(chasqui.err()).isEmpty();
        assertThat(chasqui.embedded.asked.getLast().images()).containsExactly(png);
        assertThat(chasqui.embedded.asked.getLast().prompt()).isEqualTo("What is in  ?");

        Files.writeString(image, "text");
        assertThat(chasqui.run("run", "m", escaped)).isEqualTo(1);
        assertThat(chasqui.err())
                .isEqualTo(
                        "Error: " + image + " is no image, whatever its name says;" + " expected JPEG, PNG or WebP\n");
    }
}
