package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.engine.ThreadPlan.Share;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.platform.CpuCores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a flight recorder sees of an engine at work, over a tiny model.
class FlightRecorderTest {

    private static final String TAPE = "AAPL 191.2 up, MSFT 402.5 down. ".repeat(6);

    @TempDir
    private Path folder;

    private Path gguf;

    @BeforeEach
    void tinyModel() throws IOException {
        gguf = folder.resolve("tiny.gguf");
        TinyModel.seeded(5).withContextTokens(512).write(gguf);
    }

    @Test
    void aRequestIsSeenFromTheQueueToItsEnd() throws IOException {
        List<RecordedEvent> seen = recorded(() -> {
            try (Engine engine = Engine.open(gguf, EngineConfig.fromEnvironment(Map.of()))) {
                engine.generate(raw(TAPE + "Buy?", 4)).answer();
                engine.generate(raw(TAPE + "Sell?", 4)).answer();
            }
        });

        RecordedEvent queued = first(seen, "chasqui.Queued");
        int prompt = queued.getInt("promptTokens");
        assertThat(queued.getInt("waiting")).isEqualTo(1);
        assertThat(prompt).isGreaterThan(100);
        RecordedEvent prefill = first(seen, "chasqui.Prefill");
        assertThat(prefill.getInt("promptTokens")).isEqualTo(prompt);
        assertThat(prefill.getDuration()).isPositive();
        assertThat(first(seen, "chasqui.FirstToken").getInt("computedTokens")).isEqualTo(prompt);
        assertThat(all(seen, "chasqui.Seated"))
                .extracting(event -> event.getLong("request"), event -> event.getInt("sharedTokens") > 100)
                .containsExactly(tuple(0L, false), tuple(1L, true));
        assertThat(all(seen, "chasqui.Left"))
                .extracting(event -> event.getLong("request"), event -> event.getInt("tokens"))
                .containsExactly(tuple(0L, 4), tuple(1L, 4));
    }

    @Test
    void aCallerWhoLeavesIsSeen() throws IOException {
        List<RecordedEvent> seen = recorded(() -> {
            try (Engine engine = Engine.open(gguf, EngineConfig.fromEnvironment(Map.of()))) {
                try (Generation answer = engine.generate(raw("One", 400))) {
                    answer.iterator().next();
                }
                engine.generate(raw("Two", 2)).answer(); // by then the first one has left
            }
        });

        assertThat(all(seen, "chasqui.Left"))
                .extracting(event -> event.getLong("request"), event -> event.getString("reason"))
                .containsExactly(tuple(0L, "CANCELLED"), tuple(1L, "LENGTH"));
    }

    @Test
    void whatIsEvictedIsSeen() throws IOException {
        List<RecordedEvent> seen = recorded(() -> {
            try (Engine engine =
                    Engine.open(gguf, EngineConfig.fromEnvironment(Map.of("OLLAMA_CONTEXT_LENGTH", "512")))) {
                for (String symbol : List.of("AAPL", "MSFT", "NVDA", "TSLA")) {
                    engine.generate(raw(symbol + TAPE, 2)).answer();
                }
            }
        });

        assertThat(first(seen, "chasqui.Evicted").getInt("cells")).isGreaterThan(100);
    }

    @Test
    void aStepDownIsSeenWithItsKind() throws IOException {
        CpuCores two = new CpuCores(List.of(List.of(0), List.of(1)), 2);
        ThreadPlan plan = new ThreadPlan(new Share(2, false), new Share(2, true));
        Pace pace = new Pace(
                two,
                plan,
                now -> OptionalDouble.empty(),
                (kind, before, after) -> ThreadsChanged.commit("tiny", kind, before, after));
        AtomicLong now = new AtomicLong();
        AtomicLong step = new AtomicLong(8_000_000);

        List<RecordedEvent> seen = recorded(() -> {
            try (LlamaModel model = LlamaModel.open(gguf, ModelSettings.DEFAULT);
                    LlamaContext context = model.newContext(ContextSettings.of(256));
                    PacedDecoder decoder = new PacedDecoder(
                            context,
                            count -> context.setThreads(count, count),
                            pace,
                            () -> now.getAndAdd(step.get()),
                            needed -> 0)) {
                for (int position = 0; position < 20; position++) {
                    if (position == 10) step.set(80_000_000); // somebody else has taken a core
                    TokenBatch one = new TokenBatch(1);
                    one.add(7, position, 0, true);
                    decoder.decode(one);
                }
                assertThat(context.settings().threads()).isEqualTo(1);
            }
        });

        RecordedEvent change = first(seen, "chasqui.ThreadsChanged");
        assertThat(change.getString("model")).isEqualTo("tiny");
        assertThat(change.getString("kind")).isEqualTo("decode");
        assertThat(change.getInt("before")).isEqualTo(2);
        assertThat(change.getInt("after")).isEqualTo(1);
    }

    private List<RecordedEvent> recorded(Runnable work) throws IOException {
        Path file = folder.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            for (String name :
                    List.of("Queued", "Seated", "Prefill", "FirstToken", "Left", "Evicted", "ThreadsChanged")) {
                recording.enable("chasqui." + name).withoutThreshold();
            }
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        return events.stream()
                .filter(event -> event.getEventType().getName().startsWith("chasqui."))
                .toList();
    }

    private static RecordedEvent first(List<RecordedEvent> seen, String name) {
        assertThat(all(seen, name)).as(name).isNotEmpty();
        return all(seen, name).getFirst();
    }

    private static List<RecordedEvent> all(List<RecordedEvent> seen, String name) {
        return seen.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
    }

    private static GenerateRequest raw(String prompt, int tokens) {
        return GenerateRequest.of("tiny", prompt)
                .asRaw()
                .withSettings(Settings.DEFAULT.withOptions(
                        Options.parse(Map.of("num_predict", tokens, "temperature", 0, "num_thread", 1))));
    }
}
