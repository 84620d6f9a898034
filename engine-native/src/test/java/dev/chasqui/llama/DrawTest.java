package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is done in Java for speed must choose what llama.cpp's samplers would have chosen.
class DrawTest {

    private static final String JSON = "root ::= \"{\" [a-z]{2,9} \":\" [0-9]{1,4} \"}\"";

    private final LlamaModel model = Tiny.model();
    private final LlamaContext context = model.newContext(Tiny.settings());

    @AfterEach
    void free() {
        model.close();
    }

    @Test
    void theTokensAreThoseOfLlamaCppsOwnSamplersAndSeeds() {
        for (Optional<String> grammar : List.of(Optional.<String>empty(), Optional.of(JSON))) {
            for (long seed : new long[] {0, 1, 42, 0xFFFFFFFEL}) {
                same(new Sampling(0.8f, 40, 0.9f, 0, 1, 64, 1, 0, 0, seed, grammar));
                same(new Sampling(1.5f, 7, 1, 0.05f, 1, 64, 1, 0, 0, seed, grammar));
                same(new Sampling(1, 40, 0.95f, 0.02f, 1, 16, 1.2f, 0.3f, 0.2f, seed, grammar));
                same(new Sampling(0.7f, 0, 1, 0, 1, 0, 1, 0, 0, seed, grammar));
                same(new Sampling(2, 0, 0.5f, 0, 1, 0, 1, 0, 0, seed, grammar));
                same(new Sampling(1, 1, 1, 0, 1, 0, 1, 0, 0, seed, grammar));
                same(new Sampling(1, 5000, 0.9f, 0, 1, 0, 1, 0, 0, seed, grammar));
                same(new Sampling(0, 40, 0.9f, 0, 1, 0, 1, 0, 0, seed, grammar));
                same(new Sampling(0, 40, 0.9f, 0, 1, 32, 1.5f, 0.5f, 0, seed, grammar));
            }
        }
    }

    /// Without a grammar: there llama.cpp leaves masked tokens in, and its entropy over them is not a number.
    @Test
    void locallyTypicalTokensAreLlamaCppsToo() {
        for (long seed : new long[] {0, 1, 42}) {
            same(new Sampling(1, 40, 0.9f, 0, 0.7f, 0, 1.3f, 0, 0, seed, Optional.empty()));
            same(new Sampling(1, 0, 0.95f, 0.02f, 0.9f, 16, 1.2f, 0.3f, 0.2f, seed, Optional.empty()));
        }
    }

    private void same(Sampling sampling) {
        context.forget(0, 0);
        int[] prompt = IntStream.range(0, 12).map(i -> 10 + i).toArray();
        context.decode(Tiny.rows(0, 0, 12));
        try (TokenSampler ours = context.sampler(sampling);
                PlainSampler theirs = new PlainSampler(model.vocabulary(), sampling)) {
            for (int token : prompt) {
                ours.prime(token);
                theirs.prime(token);
            }
            int row = 11;
            TokenBatch batch = new TokenBatch(1);
            for (int drawn = 0; drawn < 40; drawn++) {
                int token = ours.sample(row);
                assertThat(token).as("%s, token %d", sampling, drawn).isEqualTo(theirs.sample(context.logits(row)));
                if (model.vocabulary().isEndOfGeneration(token)) return;
                batch.clear();
                row = batch.add(token, 12 + drawn, 0, true);
                context.decode(batch);
            }
        }
    }

    @Test
    void aConstraintDrawsWhatAGrammarOfTheSameTextsWould() {
        Vocabulary vocabulary = model.vocabulary();
        for (long seed : new long[] {0, 1, 42}) {
            for (Sampling free : List.of(
                    new Sampling(0.8f, 40, 0.9f, 0, 1, 64, 1, 0, 0, seed, Optional.empty()),
                    new Sampling(1, 40, 0.95f, 0.02f, 1, 16, 1.2f, 0.3f, 0.2f, seed, Optional.empty()),
                    new Sampling(1, 5000, 0.9f, 0, 1, 0, 1, 0, 0, seed, Optional.empty()),
                    new Sampling(0, 40, 0.9f, 0, 1, 0, 1, 0, 0, seed, Optional.empty()))) {
                Letters letters = new Letters(vocabulary);
                Sampling grammar = new Sampling(
                        free.temperature(),
                        free.topK(),
                        free.topP(),
                        free.minP(),
                        1,
                        free.repeatLastN(),
                        free.repeatPenalty(),
                        free.presencePenalty(),
                        free.frequencyPenalty(),
                        seed,
                        Optional.of("root ::= [a-z]*"));
                context.forget(0, 0);
                context.decode(Tiny.rows(0, 0, 12));
                try (TokenSampler ours = context.sampler(free);
                        PlainSampler theirs = new PlainSampler(vocabulary, grammar)) {
                    int row = 11;
                    TokenBatch batch = new TokenBatch(1);
                    for (int drawn = 0; drawn < 40; drawn++) {
                        int token = ours.sample(row, letters);
                        assertThat(token).isEqualTo(theirs.sample(context.logits(row)));
                        if (vocabulary.isEndOfGeneration(token)) break;
                        batch.clear();
                        row = batch.add(token, 12 + drawn, 0, true);
                        context.decode(batch);
                    }
                    assertThat(letters.asked).as("tokens that were tested").isPositive();
                }
            }
        }
    }

    @Test
    void whereNoTokenIsAllowedIsAnError() {
        context.decode(Tiny.rows(0, 0, 12));
        TokenConstraint nothing = new Letters(model.vocabulary()) {
            @Override
            public boolean allows(int token) {
                return false;
            }
        };
        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            assertThatExceptionOfType(LlamaException.class)
                    .isThrownBy(() -> sampler.sample(11, nothing))
                    .withMessageContaining("no token of this vocabulary fits");
        }
    }

    /// Small letters, as many as one likes.
    private static class Letters implements TokenConstraint {

        final Vocabulary vocabulary;
        int asked;

        Letters(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        @Override
        public boolean allows(int token) {
            asked++;
            if (vocabulary.isEndOfGeneration(token)) return true;
            String text = new String(vocabulary.piece(token, true), StandardCharsets.ISO_8859_1);
            return text.matches("[a-z]+");
        }

        @Override
        public int[] allowed() {
            return IntStream.range(0, vocabulary.size()).filter(this::allows).toArray();
        }

        @Override
        public void accept(int token) {}
    }

    @Test
    void aSeedOf64BitsIsTheReferencesTwoWordKey() {
        // Python seeds the same generator with the words of an integer.
        assertThat(new Twister((1L << 32) + 5).uniform()).isEqualTo(0.4854959648003039);
        assertThat(new Twister(Long.MAX_VALUE).uniform()).isEqualTo(0.6565487851194676);
        assertThat(new Twister(-2).uniform()).isEqualTo(0.7428447022408236);
    }

    @Test
    void theLikeliestAreTheFrontOfTheSortedVocabulary() {
        Random random = new Random(7);
        try (Arena arena = Arena.ofConfined()) {
            for (int size : new int[] {1, 2, 39, 40, 41, 1000, 30_000}) {
                float[] logits = new float[size];
                for (int i = 0; i < size; i++) logits[i] = (float) random.nextGaussian() * 10;
                int[] sorted = IntStream.range(0, size)
                        .boxed()
                        .sorted(Comparator.comparing(token -> -logits[token]))
                        .mapToInt(token -> token)
                        .toArray();
                MemorySegment view = arena.allocateFrom(JAVA_FLOAT, logits);
                for (int most : new int[] {1, 3, 40, 1024}) {
                    Likeliest likeliest = new Likeliest(most).of(view, size);

                    int[] found = IntStream.range(0, likeliest.size())
                            .map(likeliest::token)
                            .toArray();
                    assertThat(found).isEqualTo(Arrays.copyOf(sorted, Math.min(most, size)));
                }
                assertThat(Likeliest.first(view, size)).isEqualTo(sorted[0]);
            }
        }
    }

    @Test
    void logitsThatAreNoNumbersAreAnErrorAndNotAToken() {
        try (Arena arena = Arena.ofConfined()) {
            float[] logits = new float[100];
            logits[70] = Float.NaN;
            MemorySegment view = arena.allocateFrom(JAVA_FLOAT, logits);

            assertThatExceptionOfType(LlamaException.class).isThrownBy(() -> Likeliest.first(view, 100));
            assertThatExceptionOfType(LlamaException.class).isThrownBy(() -> new Likeliest(40).of(view, 100));
            assertThatExceptionOfType(LlamaException.class).isThrownBy(() -> new Candidates(arena).fill(view, 100));

            Arrays.fill(logits, Float.NEGATIVE_INFINITY);
            MemorySegment none = arena.allocateFrom(JAVA_FLOAT, logits);
            Candidates impossible = new Candidates(arena);
            impossible.fill(none, 100);
            assertThatExceptionOfType(LlamaException.class).isThrownBy(() -> Likeliest.first(none, 100));
            assertThatExceptionOfType(LlamaException.class).isThrownBy(() -> impossible.draw(new Twister(1)));
        }
    }
}
