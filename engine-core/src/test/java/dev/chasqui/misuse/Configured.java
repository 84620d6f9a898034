package dev.chasqui.misuse;

import dev.chasqui.engine.EngineConfig;
import java.util.Map;

/// What engines are told here: nothing of this machine's.
final class Configured {

    static final EngineConfig CONFIG = EngineConfig.fromEnvironment(Map.of());

    private Configured() {}
}
