package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Random schemas, random answers the automaton allows, and an independent validator that judges each of
/// them, cut off at every byte and closed.
///
/// A failure names its seed; `-Dchasqui.seed=N` runs that one alone.
class RandomSchemaTest {

    private static final int SEEDS = 2_000;
    private static final int LONGEST = 120;

    private static final int[] LETTERS = IntStream.concat(IntStream.range(0, 128), "é東京🚀\u2028\uFFFF".codePoints())
            .toArray();

    private int usable;

    @Test
    void whateverIsWrittenFollowsTheSchemaWhereverItIsCutOffAndClosed() {
        String chosen = System.getProperty("chasqui.seed");
        if (chosen != null) {
            run(Long.parseLong(chosen));
            return;
        }
        long base = System.nanoTime();
        for (int i = 0; i < SEEDS; i++) run(base + i);
        assertThat(usable).as("schemas that allow an answer").isGreaterThan(SEEDS / 2);
    }

    private void run(long seed) {
        Random random = new Random(seed);
        String schema = RandomSchema.with(random);
        try {
            Spacing spacing = random.nextBoolean() ? Spacing.COMPACT : Spacing.SPACED;
            Optional<JsonGrammar> grammar = grammar(schema, spacing);
            if (grammar.isEmpty()) return;
            usable++;
            new Walk(grammar.get(), schema, random).run();
        } catch (Throwable t) {
            throw new AssertionError("seed " + seed + ", schema " + schema + ": " + t.getMessage(), t);
        }
    }

    /// Empty if no value can follow the schema, which happens to random ones.
    private static Optional<JsonGrammar> grammar(String schema, Spacing spacing) {
        JsonSchema parsed;
        try {
            parsed = JsonSchema.parse(schema);
        } catch (SchemaException e) {
            assertThat(e).hasMessageContaining("refers to itself");
            return Optional.empty();
        }
        try {
            return Optional.of(parsed.grammar(spacing));
        } catch (SchemaException e) {
            assertThat(e).hasMessageStartingWith("no value can follow the schema");
            return Optional.empty();
        }
    }

    private static final class Walk {

        private final JsonGrammar grammar;
        private final Judge judge;
        private final Random random;
        private final JsonCursor cursor;
        private final StringBuilder written = new StringBuilder();

        Walk(JsonGrammar grammar, String schema, Random random) {
            this.grammar = grammar;
            this.judge = new Judge(schema);
            this.random = random;
            this.cursor = grammar.cursor();
        }

        void run() {
            closeHere(new byte[0]);
            while (written.length() < LONGEST && !cursor.isOver()) {
                String next = Character.toString(choose());
                byte[] bytes = next.getBytes(StandardCharsets.UTF_8);
                for (int cut = 1; cut < bytes.length; cut++) closeHere(Arrays.copyOf(bytes, cut));
                assertThat(cursor.advance(next)).isTrue();
                written.append(next);
                closeHere(new byte[0]);
            }
        }

        /// A random one of those that may follow. If one is forced, no other may.
        private int choose() {
            int[] allowed = Arrays.stream(LETTERS)
                    .filter(letter -> cursor.accepts(Character.toString(letter)))
                    .toArray();
            String forced = cursor.forced();
            if (!forced.isEmpty()) {
                assertThat(Arrays.stream(allowed)).allMatch(letter -> letter == forced.codePointAt(0));
                assertThat(cursor.accepts(forced)).isTrue();
                assertThat(cursor.isComplete()).isFalse();
                return forced.codePointAt(0);
            }
            assertThat(allowed.length > 1 || cursor.isComplete()).as("a choice").isTrue();
            return allowed[random.nextInt(allowed.length)];
        }

        private void closeHere(byte[] half) {
            JsonCursor here = cursor.copy();
            assertThat(here.advance(half)).isTrue();
            byte[] closing = here.closing();
            assertThat(here.isComplete()).isEqualTo(closing.length == 0);
            byte[] before = written.toString().getBytes(StandardCharsets.UTF_8);
            byte[] all = Arrays.copyOf(before, before.length + half.length + closing.length);
            System.arraycopy(half, 0, all, before.length, half.length);
            System.arraycopy(closing, 0, all, before.length + half.length, closing.length);
            String text = new String(all, StandardCharsets.UTF_8);

            assertThat(here.advance(closing))
                    .as("the closing fits behind %s", written)
                    .isTrue();
            assertThat(here.isComplete()).as(text).isTrue();
            assertThat(grammar.schema().check(text)).as(text).isEmpty();
            assertThat(judge.errors(text)).as(text).isEmpty();
        }
    }
}
