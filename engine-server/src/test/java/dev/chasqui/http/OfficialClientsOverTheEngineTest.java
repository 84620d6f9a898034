package dev.chasqui.http;

import dev.chasqui.RealServer;
import dev.chasqui.api.Backend;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// The official clients against the real engine and the default model.
class OfficialClientsOverTheEngineTest extends OfficialClients {

    @TempDir
    Path folder;

    @Override
    Backend openBackend() {
        try {
            return Engine.open(EngineConfig.fromEnvironment().withStore(RealServer.storeOfItsOwn(folder)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    String model() {
        return "smollm2:135m";
    }

    @Override
    String kind() {
        return "real";
    }
}
