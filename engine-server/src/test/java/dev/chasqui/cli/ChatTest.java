package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.Message;
import dev.chasqui.api.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Types into a chat over a dumb terminal; its end of input is Ctrl-D.
@Timeout(60)
class ChatTest {

    private final CommandRun rooms = new CommandRun();
    private final ScriptedBackend backend = new ScriptedBackend().with("m:latest", 1, Instant.now());
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @Test
    void everyMessageCarriesWhatWasSaidBefore() throws IOException {
        String out = chat("Hi\nAnd then?\n/bye\nnever read\n");

        assertThat(out).contains("Hello 🪶\n\n");
        assertThat(backend.chatted).hasSize(2);
        assertThat(backend.chatted.getLast().messages())
                .extracting(Message::role, Message::content)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("user", "Hi"),
                        org.assertj.core.groups.Tuple.tuple("assistant", "Hello 🪶"),
                        org.assertj.core.groups.Tuple.tuple("user", "And then?"));
    }

    @Test
    void itSaysWhenTheOldestMessagesDoNotFitAnyMore() throws IOException {
        backend.cost = ScriptedBackend.dropping(0, 0, 3);

        chat("Hi\n");

        assertThat(rooms.err())
                .isEqualTo(
                        "Note: the context (num_ctx) is full: the 3 oldest message(s) did not fit and were left out\n");
    }

    @Test
    void theEndOfInputLeaves() throws IOException {
        chat("Hi\n");

        assertThat(backend.chatted).hasSize(1);
    }

    @Test
    void clearForgetsWhatWasSaid() throws IOException {
        String out = chat("Hi\n/clear\nAgain\n");

        assertThat(out).contains("Cleared session context");
        assertThat(backend.chatted.getLast().messages()).hasSize(1);
    }

    @Test
    void aMessageBetweenTripleQuotesSpansLines() throws IOException {
        chat("\"\"\"one\ntwo\\n \"x\"\nthree\"\"\"\n");

        assertThat(backend.chatted.getFirst().messages().getFirst().content()).isEqualTo("one\ntwo\\n \"x\"\nthree");
    }

    @Test
    void setChangesWhatFollows() throws IOException {
        String out = chat("""
                /set parameter temperature 0
                /set parameter top_p 7
                /set system "Be terse"
                /set format json
                /set think high
                /set nonsense
                Hi
                """);

        assertThat(out)
                .contains("Set parameter 'temperature' to '0'")
                .contains("Error: option \"top_p\" is 7.0; expected in [0, 1]")
                .contains("Set system message.")
                .contains("Set format to 'json' mode.")
                .contains("Unknown command '/set nonsense'. Type /? for help");
        var request = backend.chatted.getFirst();
        assertThat(request.messages().getFirst()).isEqualTo(Message.system("Be terse"));
        assertThat(request.settings().format()).contains("\"json\"");
        assertThat(request.settings().think().wire()).isEqualTo("high");
        assertThat(request.settings().options().toMap()).containsEntry("temperature", 0.0);
    }

    @Test
    void showAndHelpExplain() throws IOException {
        String out = chat("/?\n/show info\n/show template\n/show parameters\n/frob\n");

        assertThat(out)
                .contains("Available Commands:")
                .contains("  Model\n    architecture        llama")
                .contains("{{ .Prompt }}")
                .contains("Model defined parameters:")
                .contains("Unknown command '/frob'. Type /? for help");
    }

    @Test
    void anAnswerThatBreaksOffIsNotRemembered() throws IOException {
        backend.replies = message -> {
            if (message.content().equals("bad")) throw dev.chasqui.api.BackendException.invalid("prompt too long");
            return List.of(Chunk.ofText("ok"));
        };

        chat("bad\ngood\n");

        assertThat(rooms.err()).contains("Error: prompt too long");
        assertThat(backend.chatted.getLast().messages())
                .extracting(Message::content)
                .containsExactly("good");
    }

    @Test
    void typedLinesAreKeptForTheNextChat(@TempDir Path folder) throws IOException {
        Path history = folder.resolve("history");

        chat("first line\n/bye\n", Optional.of(history));

        assertThat(Files.readString(history)).contains("first line");
    }

    private String chat(String typed) throws IOException {
        return chat(typed, Optional.empty());
    }

    private String chat(String typed, Optional<Path> history) throws IOException {
        try (Terminal terminal = new DumbTerminal(
                "test",
                "dumb",
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                shown,
                StandardCharsets.UTF_8)) {
            Conversation conversation = new Conversation("m", Settings.DEFAULT, List.of());
            new Chat(backend, terminal, rooms.screen(), conversation, new ChatFlags(false, false), history).run();
        }
        return shown.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
