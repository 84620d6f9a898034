package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Options;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.engine.Isolation;
import dev.chasqui.engine.LoadPlan;
import dev.chasqui.engine.MachineMemory;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.ollama.OllamaBackend;
import dev.chasqui.store.ModelStore;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The real rooms, as the environment's variables configure them.
final class LiveRooms implements Rooms {

    /// Enough for a short question and its answer: 4,096 tokens would take another 60 ms to allocate.
    private static final int FIRST_TOKENS = 1024;

    /// Ollama's: a file that is younger may be for a model that is being made.
    private static final Duration UNUSED_FOR = Duration.ofHours(1);

    private final Map<String, String> environment;

    LiveRooms(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Backend embedded() {
        return Engine.open(EngineConfig.fromEnvironment(environment));
    }

    @Override
    public Backend embeddedForOne(Options fallback) {
        return Engine.open(
                EngineConfig.fromEnvironment(environment).withFallback(fallback).withFirstTokens(FIRST_TOKENS));
    }

    @Override
    public Rooms withIsolation(Isolation level) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put("CHASQUI_ISOLATION", level.wire());
        return new LiveRooms(changed);
    }

    @Override
    public Backend server() {
        return OllamaBackend.connect(serverAddress(), environment);
    }

    @Override
    public URI serverAddress() {
        return OllamaHost.fromEnvironment(environment).uri();
    }

    @Override
    public MachineMemory memory() {
        return MachineMemory.read();
    }

    @Override
    public void serve(Optional<String> host, Optional<Integer> port, Map<String, String> more)
            throws InterruptedException {
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(more);
        ServerSettings settings = ServerSettings.fromEnvironment(variables);
        OllamaHost listen = ListenAddress.of(settings.listen(), host, port);
        CountDownLatch end = new CountDownLatch(1);
        try (Backend engine = embedded();
                OllamaServer server = OllamaServer.start(engine, settings.withListen(listen));
                OnInterrupt _ = OnInterrupt.close(() -> closeBoth(server, engine, end))) {
            Logger log = LoggerFactory.getLogger(LiveRooms.class);
            log.info("models are in {}", ModelStore.defaultRoot(environment));
            log.info("listening on {}", server.address());
            if (engine instanceof Engine own) BackgroundScrub.of(environment).ifPresent(scrub -> scrub.start(own));
            if (wantsPruning())
                Thread.ofPlatform().daemon().name("chasqui-prune").start(this::prune);
            end.await();
        }
    }

    @Override
    public LoadPlan plan(String model, Options options) {
        try (Engine engine = Engine.open(EngineConfig.fromEnvironment(environment))) {
            return engine.plan(model, options);
        }
    }

    @Override
    public Tunings tunings() {
        return new EngineTunings(EngineConfig.fromEnvironment(environment));
    }

    @Override
    public Diagnosis diagnose() {
        return new Doctor(this).examine();
    }

    /// A starting Ollama removes what no model needs unless it is told not to. Here somebody has to ask for it, in
    /// the same variable: the folder may be somebody else's, too.
    private boolean wantsPruning() {
        String value = environment.getOrDefault("OLLAMA_NOPRUNE", "").strip().toLowerCase(Locale.ROOT);
        return Set.of("0", "f", "false", "off").contains(value);
    }

    private void prune() {
        try {
            EngineConfig.fromEnvironment(environment).openStore().prune(UNUSED_FOR);
        } catch (BackendException e) {
            LoggerFactory.getLogger(LiveRooms.class).warn("unused files stay: {}", e.getMessage());
        }
    }

    /// Answers under way come to an end first, then the models leave memory.
    private static void closeBoth(OllamaServer server, Backend engine, CountDownLatch end) {
        server.close();
        engine.close();
        end.countDown();
    }
}
