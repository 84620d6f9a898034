package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Backend;
import dev.chasqui.api.OllamaHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The official clients, unmodified, list, show, generate, chat, streaming and not, and embed. A subclass says which
/// backend answers. The clients are installed once, under `target`, by the registries' own tools.
abstract class OfficialClients {

    private static final Path PYTHON = Path.of("target", "official-clients", "python");
    private static final Path JS = Path.of("target", "official-clients", "js");

    private Backend backend;
    private OllamaServer server;

    abstract Backend openBackend();

    /// The model to talk to, as the backend lists it.
    abstract String model();

    /// `real` if a model answers, so that the clients may look at what it says.
    abstract String kind();

    @BeforeEach
    void start() {
        backend = openBackend();
        server = OllamaServer.start(backend, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
    }

    @AfterEach
    void stop() {
        server.close();
        backend.close();
    }

    @Test
    void thePythonClientGetsWhatItExpects() throws Exception {
        program(PYTHON).installOnceByPip(Path.of("src", "test", "python", "requirements.txt"));

        String said = run(
                PYTHON,
                "python3",
                Path.of("src", "test", "python", "client.py").toAbsolutePath().toString(),
                model(),
                kind());

        assertThat(said)
                .contains(
                        "chat, streaming:",
                        "embed: 2 vectors",
                        "chat, by a schema:",
                        "unloaded",
                        "unknown model: model 'no-such-model:9b' not found",
                        "wrong option:");
    }

    @Test
    void theJavaScriptClientGetsWhatItExpects() throws Exception {
        Path source = Path.of("src", "test", "js");
        Files.createDirectories(JS);
        for (String file : new String[] {"package.json", "package-lock.json", "client.js"}) {
            Files.copy(source.resolve(file), JS.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        program(JS)
                .installOnce(
                        source.resolve("package-lock.json"),
                        "npm",
                        "ci",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund");

        String said = run(JS, "node", "client.js", model(), kind());

        assertThat(said).contains("chat, streaming:", "embed: 2 vectors", "aborted", "unloaded", "unknown model: 404");
    }

    private String run(Path folder, String... command) throws IOException, InterruptedException {
        String said = program(folder).run(command);
        System.out.println(said);
        return said;
    }

    private OtherProgram program(Path folder) {
        return new OtherProgram(
                folder,
                Duration.ofMinutes(5),
                Map.of(
                        "OLLAMA_HOST",
                        "http://localhost:" + server.port(),
                        "PYTHONPATH",
                        PYTHON.toAbsolutePath().toString(),
                        "PYTHONDONTWRITEBYTECODE",
                        "1",
                        "NO_PROXY",
                        System.getenv().getOrDefault("NO_PROXY", "") + ",localhost"));
    }
}
