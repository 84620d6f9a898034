package dev.chasqui.engine;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.isolate.CallServer;
import dev.chasqui.isolate.ServedCall;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.platform.NativeLibraryException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process that [Isolated] starts: an engine whose callers are in another JVM.
final class EngineProcess implements CallServer.Handler {

    private static final Logger LOG = LoggerFactory.getLogger(EngineProcess.class);
    private static final byte[] NOTHING = Wire.bytes("");

    private final Work work;
    private final Map<Long, PinnedContext> pins = new ConcurrentHashMap<>();

    private EngineProcess(Work work) {
        this.work = work;
    }

    public static void main(String[] arguments) {
        CallServer.serve(arguments, EngineProcess::open);
    }

    private static EngineProcess open(byte[] opening) {
        Wire.Opening asked = Wire.read(opening, Wire.Opening.class);
        EngineConfig config = asked.config();
        Models models = asked.file()
                .map(Models::ofFile)
                .orElseGet(() -> Models.inStore(config.openStore(), config.registries()));
        Thread.ofPlatform().daemon().name("chasqui-natives").start(EngineProcess::loadLibraries);
        // Here a model may die alone; another process to try it first would prove nothing more.
        return new EngineProcess(new InProcess(config.withIsolation(Isolation.NONE), models));
    }

    /// While nobody waits for them yet. If they cannot be loaded, the first request says why.
    private static void loadLibraries() {
        try {
            NativeLibraries.load();
        } catch (NativeLibraryException e) {
            LOG.debug("the native libraries are not loaded", e);
        }
    }

    @Override
    public Optional<String> dead() {
        return work.dead();
    }

    @Override
    public byte[] handle(ServedCall call) throws InterruptedException, IOException {
        return switch (RemoteMethod.of(call.method())) {
            case GENERATE -> stream(call, work.generate(read(call, GenerateRequest.class)));
            case CHAT -> stream(call, work.chat(read(call, ChatRequest.class)));
            case RENDER_GENERATE -> Wire.bytes(work.render(read(call, GenerateRequest.class)));
            case RENDER_CHAT -> Wire.bytes(work.render(read(call, ChatRequest.class)));
            case EMBED -> Wire.bytes(work.embed(read(call, EmbedRequest.class)));
            case TOKENIZE -> tokenize(read(call, Wire.Text.class));
            case DETOKENIZE -> detokenize(read(call, Wire.Tokens.class));
            case RUNNING -> Wire.bytes(work.running());
            case OBSTACLES -> Wire.bytes(work.obstacles());
            case PLAN -> plan(read(call, Wire.Plan.class));
            case PIN -> pin(read(call, Wire.Pin.class));
            case UNPIN -> unpin(read(call, Wire.Unpin.class));
            case STATISTICS -> Wire.bytes(work.statistics());
        };
    }

    private static <T> T read(ServedCall call, Class<T> type) {
        return Wire.read(call.argument(), type);
    }

    private static byte[] stream(ServedCall call, Generation generation) throws InterruptedException, IOException {
        try (generation) {
            call.accept(generation::close);
            for (Chunk chunk : generation) call.piece(Wire.bytes(chunk));
            return Wire.bytes(generation.summary());
        }
    }

    private byte[] tokenize(Wire.Text asked) {
        return Wire.bytes(work.tokenize(asked.model(), asked.text(), asked.addSpecial(), asked.parseSpecial()));
    }

    private byte[] detokenize(Wire.Tokens asked) {
        return Wire.bytes(work.detokenize(asked.model(), asked.tokens()));
    }

    private byte[] plan(Wire.Plan asked) {
        return Wire.bytes(work.plan(asked.model(), asked.options()));
    }

    private byte[] pin(Wire.Pin asked) {
        PinnedContext pinned = work.pin(asked.name(), asked.request());
        pins.put(asked.id(), pinned);
        return Wire.bytes(new Wire.Pinned(pinned.cost()));
    }

    private byte[] unpin(Wire.Unpin asked) {
        PinnedContext pinned = pins.remove(asked.id());
        if (pinned != null) pinned.close();
        return NOTHING;
    }
}
