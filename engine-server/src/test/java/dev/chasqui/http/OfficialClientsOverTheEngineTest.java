package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.Progress;

/// The official clients against the real engine and the default model.
class OfficialClientsOverTheEngineTest extends OfficialClients {

    @Override
    Backend openBackend() {
        Catalogue.standard().file(model(), Progress.NONE);
        return Engine.open(EngineConfig.fromEnvironment().withStore(Catalogue.cacheRoot(System.getenv())));
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
