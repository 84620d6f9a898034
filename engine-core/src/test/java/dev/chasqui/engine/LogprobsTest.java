package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.TokenLogprob;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.schedule.TokenSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogprobsTest {

    @TempDir
    private Path folder;

    @Test
    void theyAreExactForSmallAndLargeVocabularies() throws IOException {
        try (LlamaModel model = tiny()) {
            Random random = new Random(3);
            for (int size : new int[] {320, 49_152, 262_144}) {
                for (double spread : new double[] {0.01, 1, 8, 60}) {
                    float[] logits = new float[size];
                    for (int i = 0; i < size; i++) logits[i] = (float) (random.nextGaussian() * spread - 5);
                    double reference = Math.log(IntStream.range(0, size)
                                    .mapToDouble(i -> Math.exp((double) logits[i] - logits[0]))
                                    .sum())
                            + logits[0];

                    TokenLogprob entry = new Logprobs(model.vocabulary(), 0).of(7, logits);

                    assertThat(entry.logprob()).isCloseTo(logits[7] - reference, within(1e-5));
                    assertThat(Logprobs.logSumExp(logits)).isCloseTo(reference, within(1e-6));
                }
            }
        }
    }

    @Test
    void theTopListIsTheFrontOfTheSortedVocabulary() throws IOException {
        try (LlamaModel model = tiny()) {
            Random random = new Random(5);
            float[] logits = new float[320];
            for (int i = 0; i < logits.length; i++) logits[i] = random.nextFloat();
            List<Integer> sorted = IntStream.range(0, logits.length)
                    .boxed()
                    .sorted(Comparator.comparing(token -> -logits[token]))
                    .toList();

            for (int top = 0; top <= 20; top++) {
                Logprobs logprobs = new Logprobs(model.vocabulary(), top);

                assertThat(logprobs.likeliest(logits))
                        .containsExactly(sorted.subList(0, top).toArray(new Integer[0]));
                assertThat(logprobs.of(0, logits).top())
                        .isSortedAccordingTo(Comparator.comparingDouble(TokenLogprob::logprob)
                                .reversed())
                        .hasSize(top);
            }
        }
    }

    @Test
    void aTokenThatCannotBeHasANumberThatJsonCanWrite() throws IOException {
        try (LlamaModel model = tiny()) {
            float[] logits = new float[320];
            logits[9] = Float.NEGATIVE_INFINITY;

            assertThat(new Logprobs(model.vocabulary(), 1).of(9, logits).logprob())
                    .isFinite()
                    .isLessThan(-1e30);
        }
    }

    @Test
    void everyTokenHasOneEntryAlsoWhereACharacterTakesSeveral() throws IOException {
        try (LlamaModel model = tiny()) {
            int[] tokens = model.vocabulary().tokenize("é🚀 stop", false, false);
            assertThat(tokens).hasSizeGreaterThan("é🚀 stop".length());
            List<TokenLogprob> entries = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            AnswerSink sink = new AnswerSink(
                    model.vocabulary(),
                    new Prompt(new int[] {1}, List.of("stop"), Optional.empty(), Set.of(), false),
                    false,
                    Optional.of(new Logprobs(model.vocabulary(), 2)),
                    0,
                    0,
                    event -> {
                        if (event instanceof EngineGeneration.Event.Piece piece) {
                            text.append(piece.text());
                            entries.addAll(piece.logprobs());
                        }
                    },
                    () -> {});

            for (int token : tokens) sink.accept(token, () -> new float[320]);
            sink.ended(new TokenSink.Ending(TokenSink.Reason.STOP, 1, tokens.length, 1, 0, 0, 0, 0));

            assertThat(text).hasToString("é🚀 ");
            assertThat(entries).hasSameSizeAs(tokens);
            byte[] bytes = new byte[entries.size()];
            for (int i = 0; i < bytes.length; i++) {
                assertThat(entries.get(i).bytes()).hasSize(1);
                bytes[i] = entries.get(i).bytes().getFirst().byteValue();
            }
            assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("é🚀 stop");
        }
    }

    private LlamaModel tiny() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        return LlamaModel.open(file, ModelSettings.DEFAULT);
    }
}
