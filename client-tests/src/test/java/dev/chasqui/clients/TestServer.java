package dev.chasqui.clients;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Progress;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// Our server on a free port of this machine, with what answers behind it.
final class TestServer implements AutoCloseable {

    static final String MODEL = "smollm2:135m";

    /// One that no store has.
    static final String MISSING = "no-such-model:9b";

    /// Fewer tokens than the description of one tool has.
    static final int TOOL_TOKENS = 100;

    /// Two texts, the first of which is also asked for alone.
    static final String[] TEXTS = {"why is the sky blue?", "why is the grass green?"};

    private final Backend backend;
    private final OllamaServer server;

    private TestServer(Backend backend) {
        this.backend = backend;
        this.server = OllamaServer.start(backend, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
    }

    /// The engine over the default model, which is fetched into the cache's store and stays there.
    static TestServer overTheEngine() {
        Catalogue.standard().file(MODEL, Progress.NONE);
        return new TestServer(Engine.open(EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "100"))
                .withStore(Catalogue.cacheRoot(System.getenv()))));
    }

    /// The engine over a model of that name which knows what tools are, but with random weights says nothing sensible.
    ///
    /// @param folder for its store
    static TestServer overAModelWithTools(Path folder) throws IOException {
        Path gguf = folder.resolve("tools.gguf");
        try (InputStream template =
                Objects.requireNonNull(TestServer.class.getResourceAsStream("tools.jinja"), "tools.jinja")) {
            TinyModel.seeded(42)
                    .withTemplate(new String(template.readAllBytes(), StandardCharsets.UTF_8))
                    .write(gguf);
        }
        ModelStore.at(folder).create(ModelName.parse(MODEL), Modelfile.parse("FROM " + gguf), folder, Progress.NONE);
        return new TestServer(Engine.open(EngineConfig.fromEnvironment(Map.of()).withStore(folder)));
    }

    static TestServer over(Backend backend) {
        return new TestServer(backend);
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    @Override
    public void close() {
        server.close();
        backend.close();
    }
}
