package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jline.reader.Candidate;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;
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
    private volatile Terminal open;

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
    void theModelsOwnOpeningIsShownAndNotSentTwice() throws IOException {
        backend.opening = List.of(Message.user("Ping?"), Message.assistant("Pong."));

        String out = chat("Hi\n");

        assertThat(out).contains(">>> Ping?\nPong.\n");
        assertThat(backend.chatted.getFirst().messages()).containsExactly(Message.user("Hi"));
    }

    @Test
    void loadGoesOnWithAnotherModelFromItsBeginning() throws IOException {
        backend.with("n:latest", 1, Instant.now());

        String out = chat("/set think\nHi\n/load n\nAgain\n/load nowhere\n/load\n");

        assertThat(out)
                .contains("Loading model 'n'")
                .contains("Couldn't find model 'nowhere'")
                .contains("Usage:\n  /load <modelname>");
        assertThat(backend.asked.getFirst().model()).isEqualTo("n");
        assertThat(backend.asked.getFirst().prompt()).isEmpty();
        assertThat(backend.asked.getFirst().settings().think())
                .as("it may not be able to")
                .isEqualTo(Think.DEFAULT);
        assertThat(backend.chatted.getLast().model()).isEqualTo("n");
        assertThat(backend.chatted.getLast().messages()).containsExactly(Message.user("Again"));
    }

    @Test
    void saveMakesAModelOfWhatWasSetAndSaid() throws IOException {
        backend.opening = List.of(Message.user("Ping?"), Message.assistant("Pong."));

        String out = chat("/set system Be terse\n/set parameter num_ctx 512\nHi\n/save mine\n");

        assertThat(out).contains("Created new model 'mine'");
        CreateRequest request = backend.library.created.getFirst();
        assertThat(request.model()).isEqualTo("mine");
        assertThat(request.from()).contains("m");
        assertThat(request.system()).contains("Be terse");
        assertThat(request.parameters().toMap()).isEqualTo(Map.of("num_ctx", 512L));
        assertThat(request.messages()).extracting(Message::content).containsExactly("Ping?", "Pong.", "Hi", "Hello 🪶");
    }

    @Test
    void linesAreNotKeptWhileHistoryIsOff(@TempDir Path folder) throws IOException {
        Path history = folder.resolve("history");

        chat("kept\n/set nohistory\nsecret\n/set history\nkept again\n", Optional.of(history));

        assertThat(Files.readString(history)).contains("kept again").doesNotContain("secret");
    }

    @Test
    void imagesAreAddedToTheMessageThatNamesThem(@TempDir Path folder) throws IOException {
        Path image = Files.write(folder.resolve("a.jpg"), new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, 0});
        backend.capabilities = List.of("completion", "vision");

        String out = chat("Look: " + image + "\n");

        assertThat(out).contains("Added image '" + image + "'");
        assertThat(backend.chatted.getFirst().messages().getFirst().images()).hasSize(1);
        assertThat(backend.chatted.getFirst().messages().getFirst().content()).isEqualTo("Look:");
    }

    @Test
    void whatBeginsWithASlashIsCompleted() {
        assertThat(completed("/s", 0)).contains("/set", "/show", "/save");
        assertThat(completed("/set parameter nu", 2)).contains("num_ctx", "num_predict");
        assertThat(completed("/show ", 1)).contains("modelfile");
        assertThat(completed("/load ", 1)).containsExactly("m:latest");
        assertThat(completed("what is /s", 2)).isEmpty();
    }

    private List<String> completed(String line, int index) {
        List<Candidate> candidates = new ArrayList<>();
        ParsedLine parsed = new DefaultParser().parse(line, line.length(), Parser.ParseContext.COMPLETE);
        assertThat(parsed.wordIndex()).isEqualTo(index);
        new ChatCompleter(backend).complete(null, parsed, candidates);
        return candidates.stream().map(Candidate::value).toList();
    }

    @Test
    void anAnswerThatBreaksOffIsNotRemembered() throws IOException {
        backend.replies = message -> {
            if (message.content().equals("bad")) throw BackendException.invalid("prompt too long");
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

    @Test
    void anInterruptEndsTheWaitForAModelAndNotTheChat() throws IOException {
        backend.replies = message -> {
            if (message.content().equals("short")) return List.of(Chunk.ofText("ok"));
            Thread.ofVirtual().start(() -> open.raise(Terminal.Signal.INT));
            try {
                new CountDownLatch(1).await(); // as long as a model takes to load
                throw new AssertionError("it was not interrupted");
            } catch (InterruptedException e) {
                throw new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
            }
        };

        String out = chat("long\nshort\n");

        assertThat(out).contains("ok");
        assertThat(rooms.err()).isEmpty();
        assertThat(backend.chatted.getLast().messages()).containsExactly(Message.user("short"));
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
            open = terminal;
            Conversation conversation = new Conversation("m", backend.show("m"), Settings.DEFAULT);
            new Chat(backend, terminal, rooms.screen(), conversation, new ChatFlags(false, false, true), history).run();
        }
        return shown.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
