package dev.chasqui.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Over real sockets, against a server that says what the test says.
@Timeout(60)
class OllamaLibraryTest {

    private static final byte[] CONTENT = "GGUF and so on".getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = Digest.of(CONTENT).toString();

    @Test
    void copyAndDeleteSendTheirNames() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, "")) {
            with(server, library -> {
                library.copy("a", "b");
                library.delete("c:1");
            });

            ScriptedServer.Call copy = server.calls.take();
            assertThat(copy.method + " " + copy.path).isEqualTo("POST /api/copy");
            assertThat(text(copy)).isEqualTo("{\"source\":\"a\",\"destination\":\"b\"}");
            ScriptedServer.Call delete = server.calls.take();
            assertThat(delete.method + " " + delete.path).isEqualTo("DELETE /api/delete");
            assertThat(text(delete)).isEqualTo("{\"model\":\"c:1\"}");
        }
    }

    @Test
    void aMissingModelIsNotFoundInTheServersWords() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(404, "{\"error\":\"model 'x' not found\"}")) {
            with(
                    server,
                    library -> assertThatThrownBy(() -> library.delete("x"))
                            .hasMessage("model 'x' not found")
                            .asInstanceOf(InstanceOfAssertFactories.type(BackendException.class))
                            .returns(Kind.NOT_FOUND, BackendException::kind));
        }
    }

    @Test
    void aBlobTheServerLacksIsSentAndOneItHasIsNot() throws Exception {
        List<String> there = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(call -> {
            String digest = call.path.substring("/api/blobs/".length());
            if (call.method.equals("HEAD")) {
                call.write("HTTP/1.1 " + (there.contains(digest) ? 200 : 404) + " X\r\nContent-Length: 0\r\n\r\n");
            } else {
                there.add(digest);
                call.whole(201, "text/plain", "");
            }
        })) {
            with(server, library -> {
                assertThat(library.takeBlob(DIGEST, new ByteArrayInputStream(CONTENT)))
                        .isTrue();
                assertThat(library.takeBlob(DIGEST, new ByteArrayInputStream(CONTENT)))
                        .isFalse();
            });

            assertThat(server.calls).extracting(call -> call.method).containsExactly("HEAD", "POST", "HEAD");
            server.calls.take();
            assertThat(server.calls.take().body).isEqualTo(CONTENT);
        }
    }

    @Test
    void contentThatBreaksOffIsCancelledAndNotAWholeBlob() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(call -> call.write("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"))) {
            InputStream broken = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("disk on fire");
                }
            };

            with(
                    server,
                    library -> assertThatThrownBy(() -> library.takeBlob(DIGEST, broken))
                            .hasMessageContaining("disk on fire")
                            .asInstanceOf(InstanceOfAssertFactories.type(BackendException.class))
                            .returns(Kind.CANCELLED, BackendException::kind));

            assertThat(server.calls).extracting(call -> call.method).containsExactly("HEAD");
        }
    }

    @Test
    void whatIsNoDigestIsNotAskedFor() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, "")) {
            with(
                    server,
                    library -> assertThatThrownBy(() -> library.hasBlob("sha256:../../etc/passwd"))
                            .hasMessage("invalid digest format"));

            assertThat(server.calls).isEmpty();
        }
    }

    @Test
    void aPullReportsItsLinesInOrder() throws Exception {
        List<ProgressLine> lines = new ArrayList<>();
        try (ScriptedServer server = ScriptedServer.lines(
                "{\"status\":\"pulling manifest\"}",
                "{\"status\":\"pulling b179c9523d0e\",\"digest\":\"" + DIGEST + "\",\"total\":100,\"completed\":40}",
                "{\"status\":\"success\"}")) {
            with(server, library -> library.pull("smollm2", true, lines::add));

            assertThat(text(server.calls.take())).isEqualTo("{\"model\":\"smollm2\",\"insecure\":true}");
            assertThat(lines)
                    .containsExactly(
                            new ProgressLine("pulling manifest", "", 0, 0),
                            new ProgressLine("pulling b179c9523d0e", DIGEST, 40, 100),
                            new ProgressLine("success", "", 0, 0));
        }
    }

    @Test
    void aModelTheRegistryLacksIsNotFound() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(
                "{\"status\":\"pulling manifest\"}", "{\"error\":\"pull model manifest: file does not exist\"}")) {
            with(
                    server,
                    library -> assertThatThrownBy(() -> library.pull("nope", false, Progress.NONE))
                            .hasMessage("pull model manifest: file does not exist")
                            .asInstanceOf(InstanceOfAssertFactories.type(BackendException.class))
                            .returns(Kind.NOT_FOUND, BackendException::kind));
        }
    }

    @Test
    void linesThatStopWithoutSuccessAreNoSuccess() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines("{\"status\":\"retrieving manifest\"}")) {
            with(
                    server,
                    library -> assertThatThrownBy(() -> library.push("me/x", false, Progress.NONE))
                            .hasMessageContaining("broke off")
                            .asInstanceOf(InstanceOfAssertFactories.type(BackendException.class))
                            .returns(Kind.FAILED, BackendException::kind));
        }
    }

    @Test
    void interruptingAPullClosesItsConnection() throws Exception {
        BlockingQueue<ProgressLine> lines = new LinkedBlockingQueue<>();
        try (ScriptedServer server = new ScriptedServer(call -> {
            call.head(200, "application/x-ndjson");
            call.chunk("{\"status\":\"pulling manifest\"}\n");
            call.awaitClientGone();
        })) {
            with(server, library -> {
                Thread pulling = Thread.ofVirtual().start(() -> {
                    assertThatThrownBy(() -> library.pull("big", false, lines::add))
                            .asInstanceOf(InstanceOfAssertFactories.type(BackendException.class))
                            .returns(Kind.CANCELLED, BackendException::kind);
                    lines.add(new ProgressLine("cancelled", "", 0, 0));
                });
                assertThat(lines.poll(20, TimeUnit.SECONDS)).isNotNull();
                pulling.interrupt();
                assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo(new ProgressLine("cancelled", "", 0, 0));
                assertThat(server.calls.take().clientGone.await(20, TimeUnit.SECONDS))
                        .isTrue();
            });
        }
    }

    @Test
    void createSendsWhatAModelIsMadeOf() throws Exception {
        CreateRequest request = new CreateRequest(
                "mine",
                Optional.of("base:1"),
                Map.of("b.gguf", Digest.parse(DIGEST)),
                Map.of("lora.gguf", Digest.parse(DIGEST)),
                Optional.of("Q8_0"),
                Optional.of("{{ .Prompt }}"),
                Optional.of("Be terse."),
                List.of("MIT", "Apache-2.0"),
                Options.NONE.with(Option.TEMPERATURE, 0.5).with(Option.STOP, List.of("END")),
                List.of(Message.user("Hi"), Message.assistant("Hello")),
                Optional.of("r"),
                Optional.of("p"),
                Optional.of("0.6.0"));
        try (ScriptedServer server = ScriptedServer.lines("{\"status\":\"success\"}")) {
            with(server, library -> library.create(request, Progress.NONE));

            assertThat(server.lastBody().toString())
                    .isEqualTo("{\"model\":\"mine\",\"from\":\"base:1\",\"files\":{\"b.gguf\":\"" + DIGEST
                            + "\"},\"adapters\":{\"lora.gguf\":\"" + DIGEST + "\"},\"quantize\":\"Q8_0\","
                            + "\"template\":\"{{ .Prompt }}\",\"system\":\"Be terse.\","
                            + "\"license\":[\"MIT\",\"Apache-2.0\"],"
                            + "\"parameters\":{\"stop\":[\"END\"],\"temperature\":0.5},"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                            + "{\"role\":\"assistant\",\"content\":\"Hello\"}],"
                            + "\"renderer\":\"r\",\"parser\":\"p\",\"requires\":\"0.6.0\"}");
        }
    }

    private interface Use {
        void of(ModelLibrary library) throws Exception;
    }

    private static void with(ScriptedServer server, Use use) throws Exception {
        try (OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            use.of(backend.library().orElseThrow());
        }
    }

    private static String text(ScriptedServer.Call call) {
        return new String(call.body, StandardCharsets.UTF_8);
    }
}
