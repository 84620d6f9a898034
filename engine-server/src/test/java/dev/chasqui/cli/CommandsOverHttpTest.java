package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.ollama.OllamaBackend;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The commands as they are, over real sockets and without.
@Timeout(120)
class CommandsOverHttpTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void everyCommandWorksInThisProcessWithoutAServer() throws Exception {
        Map<String, String> environment = inProcess();

        create(environment);
        assertThat(err())
                .contains("hashing tiny.gguf")
                .contains("copying file sha256:")
                .endsWith("success\n");
        assertThat(run(environment, "list")).startsWith("NAME           ID").contains("tiny:latest");
        assertThat(run(environment, "show", "tiny")).contains("Be brief.").contains("temperature    0");
        assertThat(run(environment, "run", "tiny", "Hi", "-o", "num_predict=4")).endsWith("\n\n");
        assertThat(run(environment, "cp", "tiny", "small")).isEqualTo("copied 'tiny' to 'small'\n");
        assertThat(run(environment, "rm", "tiny")).isEqualTo("deleted 'tiny'\n");
        assertThat(run(environment, "list")).contains("small:latest").doesNotContain("tiny");

        assertThat(status(environment, "run", "nowhere-to-be-had", "Hi")).isEqualTo(1);
        assertThat(err()).contains("Error: model 'nowhere-to-be-had' not found").contains("CHASQUI_OFFLINE");
    }

    @Test
    void everyCommandWorksOverOurServersSockets() throws Exception {
        Map<String, String> local = inProcess();
        create(local);
        EngineConfig config = EngineConfig.fromEnvironment(local);
        try (Engine engine = Engine.open(config);
                OllamaServer server =
                        OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)))) {
            Map<String, String> remote = Map.of(
                    "OLLAMA_HOST",
                    "127.0.0.1:" + server.port(),
                    "OLLAMA_MODELS",
                    folder.resolve("elsewhere").toString());

            assertThat(run(remote, "-v")).startsWith("chasqui version is ");
            assertThat(err()).isEmpty();
            assertThat(run(remote, "list")).contains("tiny:latest");
            assertThat(new JsonMapper()
                            .readTree(run(remote, "list", "--json"))
                            .at("/models/0/name")
                            .asString())
                    .isEqualTo("tiny:latest");
            assertThat(run(remote, "show", "tiny", "--system")).isEqualTo("Be brief.\n");
            assertThat(run(remote, "run", "tiny", "Hi", "-o", "num_predict=4", "--verbose"))
                    .endsWith("\n\n");
            assertThat(err()).contains("total duration:").contains("eval rate:");
            assertThat(run(remote, "ps")).contains("tiny:latest").contains("100% CPU");
            assertThat(run(remote, "stop", "tiny")).isEmpty();
            assertThat(run(remote, "cp", "tiny", "small")).isEqualTo("copied 'tiny' to 'small'\n");
            assertThat(run(remote, "rm", "small", "tiny")).isEqualTo("deleted 'small'\ndeleted 'tiny'\n");
            assertThat(run(remote, "list")).isEqualTo("NAME    ID    SIZE    MODIFIED \n");
            assertThat(run(remote, "ps")).isEqualTo("NAME    ID    SIZE    PROCESSOR    CONTEXT    UNTIL \n");

            upload(server.address().uri(), folder.resolve("tiny.gguf"));

            assertThat(status(remote, "stop", "tiny")).isEqualTo(1);
            assertThat(err()).isEqualTo("Error: couldn't find model \"tiny\" to stop\n");
            assertThat(status(remote, "rm", "tiny")).isEqualTo(1);
            assertThat(err()).isEqualTo("Error: model 'tiny' not found\n");
            create(remote);
            assertThat(err())
                    .contains("parsing GGUF")
                    .contains("writing manifest")
                    .endsWith("success\n");
            assertThat(run(remote, "show", "tiny", "--system")).isEqualTo("Be brief.\n");
            assertThat(run(remote, "cp", "tiny", "registry.example/me/x")).startsWith("copied ");
            for (String transfer : new String[] {"pull", "push"}) {
                assertThat(status(remote, transfer, "registry.example/me/x")).isEqualTo(1);
                assertThat(err()).contains("Error: ").contains("CHASQUI_OFFLINE");
            }
            assertThat(folder.resolve("elsewhere"))
                    .as("nothing happens on this machine")
                    .doesNotExist();
        }
    }

    private static void upload(URI server, Path file) throws IOException {
        String digest = Digest.of(Files.readAllBytes(file)).toString();
        try (OllamaBackend backend = OllamaBackend.connect(server)) {
            ModelLibrary library = backend.library().orElseThrow();
            assertThat(library.hasBlob(digest)).isFalse();
            try (InputStream content = Files.newInputStream(file)) {
                assertThat(library.takeBlob(digest, content)).isTrue();
            }
            assertThat(library.hasBlob(digest)).isTrue();
            assertThatThrownBy(() ->
                            library.takeBlob(Digest.of(new byte[1]).toString(), new ByteArrayInputStream(new byte[2])))
                    .hasMessageContaining("digest mismatch");
        }
    }

    @Test
    void createPullAndPushSpeakOllamasProtocol() throws Exception {
        TinyModel.write(folder.resolve("x.gguf"), 7);
        Path modelfile = Files.writeString(folder.resolve("Modelfile"), "FROM x.gguf\nSYSTEM Be brief.\n");
        try (OllamaDouble server = new OllamaDouble()) {
            server.say("{\"status\":\"parsing GGUF\"}").say("{\"status\":\"success\"}");
            assertThat(status(server.environment(), "create", "mine", "-f", modelfile.toString()))
                    .isZero();
            String digest =
                    Digest.of(Files.readAllBytes(folder.resolve("x.gguf"))).toString();
            assertThat(server.blobs).containsOnlyKeys(digest);
            assertThat(err()).endsWith("parsing GGUF\nsuccess\n");

            server.say("{\"status\":\"pulling manifest\"}").say("{\"status\":\"success\"}");
            assertThat(status(server.environment(), "pull", "--insecure", "x")).isZero();
            assertThat(err()).isEqualTo("pulling manifest\nsuccess\n");

            server.say("{\"status\":\"retrieving manifest\"}").say("{\"error\":\"you are not authorized\"}");
            assertThat(status(server.environment(), "push", "me/x")).isEqualTo(1);
            assertThat(err()).isEqualTo("retrieving manifest\nError: you are not authorized\n");

            assertThat(server.bodies)
                    .containsExactly(
                            "/api/create {\"model\":\"mine\",\"files\":{\"x.gguf\":\"" + digest
                                    + "\"},\"system\":\"Be brief.\"}",
                            "/api/pull {\"model\":\"x\",\"insecure\":true}",
                            "/api/push {\"model\":\"me/x\"}");
        }
    }

    private Map<String, String> inProcess() {
        return Map.of(
                "OLLAMA_MODELS",
                folder.resolve("models").toString(),
                "CHASQUI_BACKEND",
                "embedded",
                "CHASQUI_OFFLINE",
                "1");
    }

    private void create(Map<String, String> environment) throws IOException {
        TinyModel.write(folder.resolve("tiny.gguf"), 7);
        Path modelfile = Files.writeString(
                folder.resolve("Tiny"), "FROM ./tiny.gguf\nSYSTEM Be brief.\nPARAMETER temperature 0\n");
        run(environment, "create", "tiny", "-f", modelfile.toString());
    }

    /// @return what it said on standard output; it ended well
    private String run(Map<String, String> environment, String... arguments) {
        assertThat(status(environment, arguments)).as(err()).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private int status(Map<String, String> environment, String... arguments) {
        out.reset();
        err.reset();
        Screen screen = new Screen(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Screen.Input.NOTHING,
                false,
                false,
                true,
                false);
        return ChasquiCommand.run(new LiveRooms(environment), screen, arguments);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
