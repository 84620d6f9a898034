package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.chasqui.api.Progress;
import dev.chasqui.json.JsonCursor;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.json.JsonSchema;
import dev.chasqui.json.RandomSchema;
import dev.chasqui.json.SchemaException;
import dev.chasqui.json.Spacing;
import dev.chasqui.store.Catalogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// llama.cpp's own grammar sampler against our automaton: the same schema allows the same answers in both.
///
/// A failure names its seed; `-Dchasqui.seed=N` runs that one alone.
class SchemaGrammarTest {

    private static final int SEEDS = 300;
    private static final int STEPS = 40;

    private static final List<String> EVERYDAY = List.of("""
            {"type":"object","properties":{"action":{"enum":["BUY","SELL","HOLD"]},
             "confidence":{"type":"number","minimum":0,"maximum":1},"reason":{"type":"string","maxLength":60}},
             "required":["action","confidence","reason"]}""", """
            {"type":"array","minItems":1,"maxItems":3,"items":{"type":"object","properties":
             {"symbol":{"type":"string","pattern":"^[A-Z]{1,5}$"},"price":{"type":"number","multipleOf":0.05}}}}""", """
            {"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"name":{"type":"string",
             "maxLength":20},"children":{"type":"array","maxItems":2,"items":{"$ref":"#/$defs/node"}}}}}}""", """
            {"type":"object"}""");

    @TempDir
    private Path folder;

    @Test
    void everyByteIsAllowedByBothOrByNeither() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
                Arena arena = Arena.ofConfined()) {
            Probe probe = new Probe(model.vocabulary(), arena);
            String chosen = System.getProperty("chasqui.seed");
            long base = chosen == null ? System.nanoTime() : Long.parseLong(chosen);
            for (int i = 0; i < (chosen == null ? SEEDS : 1); i++) walk(probe, base + i);
        }
    }

    private static void walk(Probe probe, long seed) {
        Random random = new Random(seed);
        String schema = RandomSchema.with(random);
        try {
            Optional<JsonGrammar> grammar = grammar(schema);
            if (grammar.isPresent()) probe.walk(grammar.get(), random);
        } catch (Throwable t) {
            throw new AssertionError("seed " + seed + ", schema " + schema + ": " + t.getMessage(), t);
        }
    }

    private static Optional<JsonGrammar> grammar(String schema) {
        try {
            return Optional.of(JsonSchema.parse(schema).grammar(Spacing.COMPACT));
        } catch (SchemaException e) {
            return Optional.empty(); // no value follows it, or it refers to itself; random ones do
        }
    }

    @Test
    void everyRandomGrammarIsTakenByLlamasParser() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        long base = System.nanoTime();
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT)) {
            LlamaContext context = model.newContext(ContextSettings.of(64));
            for (long seed = base; seed < base + 2_000; seed++) {
                String schema = RandomSchema.with(new Random(seed));
                grammar(schema)
                        .ifPresent(grammar -> assertThatCode(
                                        () -> context.sampler(greedy(grammar)).close())
                                .as(schema)
                                .doesNotThrowAnyException());
            }
        }
    }

    @Test
    void grammarsAtTheLimitsAreTakenByLlamasParser() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        String properties = IntStream.range(0, 256)
                .mapToObj(i -> "\"p" + i + "\":{\"type\":\"string\"}")
                .collect(Collectors.joining(","));
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT)) {
            LlamaContext context = model.newContext(ContextSettings.of(64));
            for (String schema : List.of(
                    "{\"items\":".repeat(60) + "{}" + "}".repeat(60),
                    "{\"pattern\":\"" + "(".repeat(64) + "a" + ")".repeat(64) + "\"}",
                    "{\"pattern\":\"^(([a-z]{1,9} ?){1,9}[0-9]{2,9}){1,5}$\"}",
                    "{\"pattern\":\"^((a{1,30}){1,60})?$\"}",
                    "{\"type\":\"object\",\"additionalProperties\":true,\"properties\":{" + properties + "}}",
                    "{\"type\":\"object\",\"additionalProperties\":true,\"properties\":{\"" + "n".repeat(256)
                            + "\":{}}}",
                    "{\"type\":\"array\",\"minItems\":30,\"maxItems\":1000,\"items\":"
                            + "{\"type\":\"string\",\"minLength\":1000,\"maxLength\":1000}}")) {
                JsonGrammar grammar = JsonSchema.parse(schema).grammar(Spacing.COMPACT);

                assertThatCode(() -> context.sampler(greedy(grammar)).close())
                        .as(schema)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void whatARealModelWritesUnderTheGrammarIsFollowedByTheCursor() {
        Path file = Catalogue.standard().file("smollm2:135m", Progress.NONE);
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT)) {
            LlamaContext context = model.newContext(ContextSettings.of(256).withThreads(1, 1));
            for (String schema : EVERYDAY) {
                for (Spacing spacing : Spacing.values()) {
                    JsonGrammar grammar = JsonSchema.parse(schema).grammar(spacing);
                    JsonCursor cursor = grammar.cursor();
                    String text = write(model.vocabulary(), context, grammar, cursor);
                    String whole = text + new String(cursor.closing(), StandardCharsets.UTF_8);

                    assertThat(grammar.schema().check(whole)).as(whole).isEmpty();
                }
            }
        }
    }

    private static String write(Vocabulary vocabulary, LlamaContext context, JsonGrammar grammar, JsonCursor cursor) {
        context.forget(0, 0);
        int[] prompt = vocabulary.tokenize("Describe a trade in JSON:\n", true, true);
        TokenBatch batch = new TokenBatch(prompt.length);
        int row = 0;
        for (int i = 0; i < prompt.length; i++) row = batch.add(prompt[i], i, 0, i == prompt.length - 1);
        context.decode(batch);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Sampling warm = new Sampling(1, 40, 1, 0, 1, 0, 1, 0, 0, 7, Optional.of(grammar.gbnf()));
        try (TokenSampler sampler = context.sampler(warm)) {
            for (int position = prompt.length; position < prompt.length + 30; position++) {
                int token = sampler.sample(row);
                if (vocabulary.isEndOfGeneration(token)) {
                    assertThat(cursor.isComplete()).isTrue();
                    break;
                }
                byte[] piece = vocabulary.piece(token, false);
                assertThat(cursor.advance(piece))
                        .as("%s + %s", text, new String(piece, StandardCharsets.UTF_8))
                        .isTrue();
                text.writeBytes(piece);
                batch.clear();
                row = batch.add(token, position, 0, true);
                context.decode(batch);
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static Sampling greedy(JsonGrammar grammar) {
        return new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Optional.of(grammar.gbnf()));
    }

    /// Asks llama.cpp's grammar byte by byte, over a vocabulary that has a token for each.
    private static final class Probe {

        private final Vocabulary vocabulary;
        private final Candidates candidates;
        private final Arena arena;
        private final int[] tokens = new int[256];
        private final int end;

        Probe(Vocabulary vocabulary, Arena arena) {
            this.vocabulary = vocabulary;
            this.candidates = new Candidates(arena);
            this.arena = arena;
            for (int id = 0; id < vocabulary.size(); id++) {
                byte[] piece = vocabulary.piece(id, false);
                if (piece.length == 1) tokens[piece[0] & 0xFF] = id;
            }
            this.end = vocabulary.eos().orElseThrow();
            assertThat(IntStream.of(tokens).distinct()).hasSize(256);
        }

        void walk(JsonGrammar grammar, Random random) {
            GrammarGuard.check(grammar.gbnf());
            MemorySegment llama = SamplerH.initGrammar(
                    vocabulary.address(), arena.allocateFrom(grammar.gbnf()), arena.allocateFrom("root"));
            assertThat(llama.address()).as(grammar.gbnf()).isNotZero();
            try {
                JsonCursor cursor = grammar.cursor();
                for (int step = 0; step < STEPS; step++) {
                    assertThat(candidates.allows(llama, end)).isEqualTo(cursor.isComplete());
                    List<Integer> allowed = compare(cursor, llama);
                    if (allowed.isEmpty()) return;
                    int next = allowed.get(random.nextInt(allowed.size()));
                    assertThat(cursor.advance(new byte[] {(byte) next})).isTrue();
                    SamplerH.accept(llama, tokens[next]);
                }
            } finally {
                SamplerH.free(llama);
            }
        }

        /// Between characters the two agree. Inside of one llama.cpp also takes overlong forms, which are no
        /// UTF-8.
        private List<Integer> compare(JsonCursor cursor, MemorySegment llama) {
            List<Integer> ours = new ArrayList<>();
            List<Integer> its = new ArrayList<>();
            for (int value = 0; value < 256; value++) {
                if (cursor.accepts(new byte[] {(byte) value})) ours.add(value);
                if (candidates.allows(llama, tokens[value])) its.add(value);
            }
            boolean inside = its.stream().anyMatch(value -> value >= 0x80 && value < 0xC0);
            if (inside) assertThat(its).containsAll(ours);
            else assertThat(its).isEqualTo(ours);
            return ours;
        }
    }
}
