package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.json.JsonSchema;
import dev.chasqui.json.Judge;
import dev.chasqui.json.RandomSchema;
import dev.chasqui.json.SchemaException;
import dev.chasqui.json.Spacing;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Random schemas of the subset, a model that says random things, and an independent validator that judges what the
/// engine hands out.
///
/// A failure names its seed; `-Dchasqui.seed=N` runs that one alone.
@Timeout(120)
class RandomFormatTest {

    private static final int SCHEMAS = 500;
    private static final int AT_ONCE = 16;
    private static final int TOKENS = 48;

    @TempDir
    private Path folder;

    private Engine engine;
    private String model;
    private final AtomicInteger stopped = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();

    @BeforeEach
    void open() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        engine = Engine.open(file);
        model = engine.models().getFirst().name();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void whateverIsHandedOutIsValid() throws Exception {
        String chosen = System.getProperty("chasqui.seed");
        if (chosen != null) {
            judge(Long.parseLong(chosen), RandomSchema.with(new Random(Long.parseLong(chosen))));
            return;
        }
        List<Future<?>> asked = new ArrayList<>();
        try (ExecutorService callers =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            for (long seed = System.nanoTime(); asked.size() < SCHEMAS; seed++) {
                long own = seed;
                String schema = RandomSchema.with(new Random(seed));
                if (isUsable(schema)) asked.add(callers.submit(() -> judge(own, schema)));
            }
            for (Future<?> one : asked) one.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
        assertThat(stopped).as("answers that ended well").hasValueGreaterThan(SCHEMAS / 10);
        assertThat(closed).as("answers that were closed").hasValueGreaterThan(SCHEMAS / 20);
        assertThat(cutOff).as("answers that were cut off").hasValueGreaterThan(SCHEMAS / 20);
    }

    private void judge(long seed, String schema) {
        try {
            boolean close = seed % 2 == 0;
            try {
                judge(schema, ask(schema, seed, close ? OnLength.CLOSE : OnLength.ERROR), close);
            } catch (BackendException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.INCOMPLETE);
                assertThat(close).as("what can be closed is").isFalse();
                cutOff.incrementAndGet();
            }
            String beyond = "{\"contains\":{}," + schema.substring(1);
            assertThatThrownBy(() -> ask(beyond, seed, OnLength.ERROR))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                    .hasMessageStartingWith("format: \"contains\" ");
        } catch (Throwable t) {
            throw new AssertionError("seed " + seed + ", schema " + schema + ": " + t.getMessage(), t);
        }
    }

    private void judge(String schema, Answer answer, boolean close) {
        boolean stop = answer.summary().reason() == DoneReason.STOP;
        assertThat(stop || close).as("half an answer is not handed out").isTrue();
        assertThat(new Judge(schema).errors(answer.text())).as(answer.text()).isEmpty();
        (stop ? stopped : closed).incrementAndGet();
    }

    private Answer ask(String schema, long seed, OnLength onLength) {
        Options options = Options.parse(Map.of(
                "temperature",
                seed % 3 * 0.6,
                "top_k",
                seed % 5 == 0 ? 0 : 40,
                "repeat_penalty",
                seed % 7 == 0 ? 1.2 : 1,
                "seed",
                seed,
                "num_predict",
                TOKENS));
        Settings settings =
                Settings.DEFAULT.withOptions(options).withFormat(schema).withOnLength(onLength);
        return engine.generate(
                        GenerateRequest.of(model, "Trade " + seed).asRaw().withSettings(settings))
                .answer();
    }

    /// No value can follow some random schemas.
    private static boolean isUsable(String schema) {
        if (schema.equals("{}")) return false;
        try {
            JsonSchema.parse(schema).grammar(Spacing.SPACED);
            return true;
        } catch (SchemaException e) {
            return false;
        }
    }
}
