package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.Decoder.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LlamaEmbedderTest {

    private static final long SEED = 7;
    private static final int WIDTH = 256;

    private final LlamaModel model = Tiny.model();
    private final List<ContextSettings> asked = new ArrayList<>();
    private final List<int[]> texts = texts(8);

    @AfterEach
    void free() {
        model.close();
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void aTextHasTheSameVectorAloneAndBesideOthers(Pooling pooling) {
        try (LlamaEmbedder embedder = embedder(pooling)) {
            List<float[]> together = embed(embedder, texts);

            for (int i = 0; i < texts.size(); i++) {
                float[] alone = embed(embedder, List.of(texts.get(i))).getFirst();
                assertThat(alone).hasSize(WIDTH);
                assertThat(cosine(alone, together.get(i)))
                        .as("text %d, seed %d", i, SEED)
                        .isGreaterThan(1 - 1e-5);
            }
        }
    }

    @Test
    void eachPoolingSeesATextInItsOwnWay() {
        List<float[]> vectors = new ArrayList<>();
        for (Pooling pooling : Pooling.values()) {
            try (LlamaEmbedder embedder = embedder(pooling)) {
                vectors.add(embed(embedder, texts.subList(0, 1)).getFirst());
            }
        }

        assertThat(cosine(vectors.get(0), vectors.get(1))).isLessThan(0.99);
        assertThat(cosine(vectors.get(0), vectors.get(2))).isLessThan(0.99);
        assertThat(cosine(vectors.get(1), vectors.get(2))).isLessThan(0.99);
    }

    @Test
    void aTextThatIsReadForwardsMayComeInPieces() {
        int[] text = texts.getFirst();
        try (LlamaEmbedder embedder = embedder(Pooling.LAST)) {
            float[] whole = embed(embedder, List.of(text)).getFirst();

            for (int cut : new int[] {1, text.length / 2, text.length - 1}) {
                assertThat(embedder.embed(rows(text, 3, 0, cut))).isEqualTo(Outcome.DONE);
                assertThat(embedder.embed(rows(text, 3, cut, text.length))).isEqualTo(Outcome.DONE);
                assertThat(cosine(whole, embedder.vector(3))).isGreaterThan(1 - 1e-5);
                embedder.forget(3);
            }
        }
    }

    @Test
    void onlyWhereEveryTokenCountsIsEveryRowPutOut() {
        EmbedderSettings last = settings(Pooling.LAST);
        EmbedderSettings mean = settings(Pooling.MEAN);

        assertThat(last.contextFor(300).outputs()).isEqualTo(last.context().sequences());
        assertThat(mean.contextFor(300).outputs()).isEqualTo(512);
        assertThat(mean.contextFor(300).microBatchTokens()).isEqualTo(512);
        assertThat(mean.contextFor(600).contextTokens())
                .as("the longest text, ballast, and as much for each sequence")
                .isEqualTo(608);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmbedderSettings(
                        Pooling.MEAN, false, Tiny.settings().withSequences(2), 300))
                .withMessageContaining("whole texts");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmbedderSettings(Pooling.LAST, false, Tiny.settings(), 300))
                .withMessageContaining("1 sequences");
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void aLongerTextGetsALargerContextIfThatIsPermitted(Pooling pooling) {
        int[] text = texts(1, 400).getFirst();
        try (LlamaEmbedder embedder = embedder(pooling)) {
            assertThat(embedder.contextTokens()).isZero();

            assertThat(embedder.reserve(20)).isTrue();
            assertThat(embedder.reserve(255)).isFalse();
            embedder.setThreads(2);
            assertThat(embedder.reserve(text.length)).isTrue();

            assertThat(asked).extracting(ContextSettings::contextTokens).containsExactly(256, 512);
            assertThat(asked.getLast().threads()).isEqualTo(2);
            assertThat(embedder.contextTokens()).isEqualTo(511);
            assertThat(embed(embedder, List.of(text)).getFirst()).doesNotContain(Float.NaN);
        }
    }

    @Test
    void aContextThatIsNotPermittedLeavesTheOneThatIsThere() {
        LlamaEmbedder embedder = new LlamaEmbedder(model, settings(Pooling.LAST), wanted -> {
            if (wanted.contextTokens() > 256) throw new IllegalStateException("too large");
        });
        embedder.reserve(20);

        assertThatThrownBy(() -> embedder.reserve(256)).hasMessage("too large");

        assertThat(embed(embedder, texts)).hasSize(texts.size());
        embedder.close();
        assertThatIllegalStateException().isThrownBy(() -> embedder.reserve(20));
    }

    @Test
    void answersOverTheSameWeightsAreNotDisturbed() {
        LlamaContext answers = model.newContext(Tiny.settings().withSequences(2));
        answers.decode(Tiny.rows(0, 0, 30));
        float[] before = answers.logits(29);

        try (LlamaEmbedder embedder = embedder(Pooling.LAST)) {
            embed(embedder, texts);
        }

        assertThat(answers.logits(29)).containsExactly(before);
        assertThat(answers.decode(Tiny.rows(0, 30, 1))).isEqualTo(Outcome.DONE);
    }

    @Test
    void rowsThatCannotBeAreRefused() {
        int[] text = texts.getFirst();
        for (Pooling pooling : Pooling.values()) {
            try (LlamaEmbedder embedder = embedder(pooling)) {
                assertThatIllegalStateException().isThrownBy(() -> embedder.embed(rows(text, 0, 0, 1)));
                embedder.reserve(20);

                assertThatIllegalArgumentException().isThrownBy(() -> embedder.embed(new TokenBatch(1)));
                assertThatIllegalArgumentException().isThrownBy(() -> embedder.embed(rows(text, 99, 0, text.length)));
                assertThatIllegalArgumentException().isThrownBy(() -> embedder.embed(rows(text, 0, 1, text.length)));
                assertThatIllegalArgumentException().isThrownBy(() -> embedder.embed(rows(new int[700], 0, 0, 700)));
                assertThatIllegalArgumentException().isThrownBy(() -> embedder.embed(rows(new int[] {-1}, 0, 0, 1)));
                assertThatIllegalArgumentException().isThrownBy(() -> embedder.vector(0));
                assertThatIllegalArgumentException().isThrownBy(() -> embedder.vector(99));
            }
        }
    }

    @Test
    void aContextInWhichAveragesWouldEndTheProcessIsRefused() {
        for (ContextSettings bad : List.of(
                Tiny.settings().withSequences(3).withOutputs(64),
                Tiny.settings().withSequences(4).withOutputs(63))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.newContext(bad, Pooling.MEAN))
                    .withMessageContaining("averages need all of them put out");
        }
    }

    @Test
    void anAbortStopsTheNextBatchOnce() {
        try (LlamaEmbedder embedder = embedder(Pooling.LAST)) {
            embedder.abort();
            embedder.reserve(20);
            embedder.abort();

            assertThat(embedder.embed(rows(texts.getFirst(), 0, 0, 5))).isEqualTo(Outcome.ABORTED);
            embedder.forget(0);
            assertThat(embedder.embed(rows(texts.getFirst(), 0, 0, 5))).isEqualTo(Outcome.DONE);
        }
    }

    private LlamaEmbedder embedder(Pooling pooling) {
        return new LlamaEmbedder(model, settings(pooling), asked::add);
    }

    private static EmbedderSettings settings(Pooling pooling) {
        ContextSettings first = ContextSettings.of(256)
                .withBatch(256, EmbedderSettings.STEADY_ROWS)
                .withSequences(16)
                .withThreads(1, 1);
        return new EmbedderSettings(pooling, pooling != Pooling.LAST, first, 600);
    }

    /// All of them in one batch, or as many as may be; a text that is longer comes in pieces if it may.
    private static List<float[]> embed(LlamaEmbedder embedder, List<int[]> texts) {
        embedder.reserve(texts.stream().mapToInt(text -> text.length).max().orElseThrow());
        List<float[]> vectors = new ArrayList<>();
        while (vectors.size() < texts.size()) {
            TokenBatch batch = new TokenBatch(0);
            int sequence = 0;
            for (int[] text : texts.subList(vectors.size(), texts.size())) {
                if (sequence > 0 && batch.size() + text.length > embedder.batchTokens()) break;
                int from = 0;
                while (!embedder.wholeTexts() && text.length - from > embedder.batchTokens()) {
                    embedder.embed(rows(text, sequence, from, from + embedder.batchTokens()));
                    from += embedder.batchTokens();
                }
                add(batch, text, sequence++, from, text.length);
            }
            assertThat(embedder.embed(batch)).isEqualTo(Outcome.DONE);
            for (int i = 0; i < sequence; i++) {
                vectors.add(embedder.vector(i));
                embedder.forget(i);
            }
        }
        return vectors;
    }

    private static TokenBatch rows(int[] text, int sequence, int from, int to) {
        TokenBatch batch = new TokenBatch(to - from);
        add(batch, text, sequence, from, to);
        return batch;
    }

    private static void add(TokenBatch batch, int[] text, int sequence, int from, int to) {
        for (int i = from; i < to; i++) batch.add(text[i], i, sequence, i == text.length - 1);
    }

    private static List<int[]> texts(int count) {
        return texts(count, 11);
    }

    private static List<int[]> texts(int count, int length) {
        Random random = new Random(SEED);
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(random.ints(length + i % 3, 10, 250).toArray());
        }
        return texts;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double lengths = 0;
        double others = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            lengths += (double) a[i] * a[i];
            others += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(lengths * others);
    }
}
