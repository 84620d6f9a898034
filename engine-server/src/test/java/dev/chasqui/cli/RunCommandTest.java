package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Think;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

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
}
