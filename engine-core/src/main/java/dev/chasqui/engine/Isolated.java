package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Urgency;
import dev.chasqui.isolate.Frame;
import dev.chasqui.isolate.Launch;
import dev.chasqui.isolate.RemoteCall;
import dev.chasqui.isolate.Supervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Answers by an engine in a process of its own, an [EngineProcess] that is started with the first request. This JVM
/// loads no native library for it, and what dies there does not die here.
final class Isolated implements Work {

    /// For what takes no time in a process that lives.
    private static final Duration SOON = Duration.ofSeconds(2);

    private static final Duration START = Duration.ofSeconds(60);

    /// One class of each library the engine needs.
    private static final List<String> LIBRARIES = List.of(
            "tools.jackson.databind.json.JsonMapper",
            "tools.jackson.core.json.JsonFactory",
            "com.fasterxml.jackson.annotation.JsonInclude",
            "org.bytedeco.javacpp.Loader",
            "org.jspecify.annotations.NullMarked");

    private static final PoolStatistics NO_MODELS = new PoolStatistics(0, 0, 0, 0, 0, 0);

    private final Models models;
    private final Supervisor supervisor;
    private final AtomicLong lastPin = new AtomicLong();

    /// @param models where they come from, there as here
    /// @param file   the only model; empty for those of the store
    Isolated(EngineConfig config, Models models, Optional<Path> file) {
        this.models = models;
        byte[] opening = Wire.bytes(new Wire.Opening(config, file.map(Path::toAbsolutePath)));
        this.supervisor =
                new Supervisor(new Launch(EngineProcess.class.getName(), LIBRARIES, opening, START), this::weights);
    }

    @Override
    public Generation generate(GenerateRequest request) {
        return answer(RemoteMethod.GENERATE, request.model(), request.settings().urgency(), request);
    }

    @Override
    public Generation chat(ChatRequest request) {
        return answer(RemoteMethod.CHAT, request.model(), request.settings().urgency(), request);
    }

    @Override
    public String render(GenerateRequest request) {
        return ask(RemoteMethod.RENDER_GENERATE, request.model(), Urgency.NONE, request, String.class);
    }

    @Override
    public String render(ChatRequest request) {
        return ask(RemoteMethod.RENDER_CHAT, request.model(), Urgency.NONE, request, String.class);
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        return ask(RemoteMethod.EMBED, request.model(), request.urgency(), request, Embeddings.class);
    }

    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        Wire.Text asked = new Wire.Text(model, text, addSpecial, parseSpecial);
        return ask(RemoteMethod.TOKENIZE, model, Urgency.NONE, asked, int[].class);
    }

    @Override
    public String detokenize(String model, int... tokens) {
        return ask(RemoteMethod.DETOKENIZE, model, Urgency.NONE, new Wire.Tokens(model, tokens), String.class);
    }

    @Override
    public LoadPlan plan(String model, Options options) {
        return ask(RemoteMethod.PLAN, model, Urgency.NONE, new Wire.Plan(model, options), LoadPlan.class);
    }

    /// What is pinned goes with the process; then requests that begin with it compute it again.
    @Override
    public PinnedContext pin(String name, GenerateRequest request) {
        long id = lastPin.incrementAndGet();
        Wire.Pin asked = new Wire.Pin(id, name, request);
        Wire.Pinned made = ask(RemoteMethod.PIN, request.model(), Urgency.NONE, asked, Wire.Pinned.class);
        return new PinnedContext(name, made.cost(), () -> look(RemoteMethod.UNPIN, new Wire.Unpin(id), String.class));
    }

    @Override
    public List<RunningModel> running() {
        return look(RemoteMethod.RUNNING, "", RunningModel[].class)
                .map(List::of)
                .orElse(List.of());
    }

    /// It counts anew in a new process.
    @Override
    public EngineStatistics statistics() {
        return look(RemoteMethod.STATISTICS, "", EngineStatistics.class)
                .orElse(new EngineStatistics(NO_MODELS, List.of()));
    }

    @Override
    public List<String> obstacles() {
        List<String> obstacles = new ArrayList<>();
        supervisor.obstacle().ifPresent(obstacles::add);
        look(RemoteMethod.OBSTACLES, "", String[].class).map(List::of).ifPresent(obstacles::addAll);
        return obstacles;
    }

    @Override
    public List<String> warnings() {
        return supervisor.quarantined();
    }

    @Override
    public void close() {
        supervisor.close();
    }

    private Generation answer(RemoteMethod method, String model, Urgency urgency, Object request) {
        Deadline deadline = Deadline.of(urgency);
        RemoteCall call = begin(method, model, request, deadline);
        take(call, deadline); // that it was accepted
        return new RemoteGeneration(call, deadline);
    }

    private <T> T ask(RemoteMethod method, String model, Urgency urgency, Object request, Class<T> result) {
        Deadline deadline = Deadline.of(urgency);
        return Wire.read(take(begin(method, model, request, deadline), deadline).body(), result);
    }

    /// What is asked only of a process that is there.
    ///
    /// @return empty if there is none, or it does not answer
    private <T> Optional<T> look(RemoteMethod method, Object request, Class<T> result) {
        try {
            Optional<RemoteCall> call = supervisor.callIfRunning(method.ordinal(), Wire.bytes(request));
            if (call.isEmpty()) return Optional.empty();
            Optional<Frame> came = call.get().next(System.nanoTime() + SOON.toNanos());
            if (came.isEmpty()) call.get().giveUp(canceled());
            return came.map(frame -> Wire.read(frame.body(), result));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (BackendException | IllegalStateException e) {
            return Optional.empty(); // it ended; whoever sees to that says so
        }
    }

    private RemoteCall begin(RemoteMethod method, String model, Object request, Deadline deadline) {
        try {
            return supervisor
                    .call(method.ordinal(), model, Wire.bytes(request), deadline.last())
                    .orElseThrow(deadline::missed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw canceled();
        }
    }

    private static Frame take(RemoteCall call, Deadline deadline) {
        try {
            return call.next(deadline.last()).orElseThrow(() -> deadline.missed(call));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.giveUp(canceled());
            throw canceled();
        }
    }

    private static BackendException canceled() {
        return new BackendException(Kind.CANCELLED, "request canceled");
    }

    /// What names a model's weights: the same for all models made of them.
    private String weights(String model) {
        try {
            return models.source(model).files().toString();
        } catch (BackendException e) {
            return model; // it is gone by now
        }
    }
}
