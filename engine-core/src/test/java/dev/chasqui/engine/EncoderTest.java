package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.TinyEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models of the BERT family: they read a whole text at once, keep no cache, and answer nothing.
@Timeout(120)
class EncoderTest {

    private static final long SEED = 11;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1,true", "1,false", "2,true", "2,false", "3,true", "0,true", "-1,false"})
    void aTextHasTheSameVectorAloneAndAmongOthers(int pooling, boolean quantised) throws IOException {
        List<String> texts = texts(12);
        try (Engine engine = open(new TinyEncoder(SEED, 512, pooling, quantised))) {
            List<float[]> together =
                    engine.embed(EmbedRequest.of("encoder", texts)).vectors();

            for (int i = 0; i < texts.size(); i++) {
                float[] alone = engine.embed(EmbedRequest.of("encoder", texts.get(i)))
                        .vectors()
                        .getFirst();
                assertThat(alone).hasSize(TinyEncoder.WIDTH);
                assertThat(Cosine.of(alone, together.get(i)))
                        .as("text %d, seed %d", i, SEED)
                        .isCloseTo(1, within(1e-5));
            }
            assertThat(Cosine.of(together.get(0), together.get(1))).isLessThan(0.999);
        }
    }

    /// As Ollama's own test has it: with three tokens of context, "why is the sky blue?" is "why".
    @Test
    void whatIsCutLeavesTheTokensAroundATextInPlace() throws IOException {
        try (Engine engine = open(TinyEncoder.averaging(SEED))) {
            EmbedRequest request = EmbedRequest.of("encoder", "w h y i s t h e s k y");

            Embeddings cut = engine.embed(request.withOptions(Options.parse(Map.of("num_ctx", 3))));

            assertThat(cut.promptTokens()).isEqualTo(3);
            assertThat(cut.truncated()).isOne();
            float[] word =
                    engine.embed(EmbedRequest.of("encoder", "w")).vectors().getFirst();
            assertThat(Cosine.of(cut.vectors().getFirst(), word)).isCloseTo(1, within(1e-5));
            assertThatThrownBy(() -> engine.embed(request.withOptions(Options.parse(Map.of("num_ctx", 2)))))
                    .hasMessage("input after truncation exceeds maximum context length");
        }
    }

    @Test
    void aTextAsLongAsTheModelReadsIsReadInOneStep() throws IOException {
        try (Engine engine = open(TinyEncoder.averaging(SEED))) {
            String text = "a ".repeat(2_000);

            Embeddings longest = engine.embed(EmbedRequest.of("encoder", text, "b", "c"));

            assertThat(longest.promptTokens()).isEqualTo(512 + 3 + 3);
            assertThat(longest.truncated()).isOne();
            assertThat(engine.running().getFirst().contextLength()).isEqualTo(512);
        }
    }

    @Test
    void anEmptyTextStillHasTheTokensAroundIt() throws IOException {
        try (Engine engine = open(TinyEncoder.averaging(SEED))) {
            assertThat(engine.embed(EmbedRequest.of("encoder", "")).promptTokens())
                    .isEqualTo(2);
        }
    }

    @Test
    void anEncoderAnswersNothingAndOneThatRanksMakesNoVectors() throws IOException {
        try (Engine engine = open(TinyEncoder.averaging(SEED))) {
            assertThatThrownBy(() -> engine.generate("Hi"))
                    .isInstanceOf(BackendException.class)
                    .hasMessage("\"encoder\" does not support generate");
        }
        try (Engine engine = open(new TinyEncoder(SEED, 512, 4, false))) {
            assertThatThrownBy(() -> engine.embed(EmbedRequest.of("encoder", "a")))
                    .hasMessage("encoder.gguf ranks texts; it makes no vectors of them");
        }
    }

    @Test
    void itsPlanHasNoCacheAndFitsWhatItTakes() throws IOException {
        Path file = TinyEncoder.averaging(SEED).write(folder.resolve("encoder.gguf"));
        GgufFile facts = GgufFile.read(file);
        EmbeddingPlan plan = EmbeddingPlan.of(facts, Options.NONE, EngineConfig.fromEnvironment(Map.of()), false);
        ContextSettings context = plan.settings().contextFor(512);

        assertThat(plan.textTokens()).isEqualTo(512);
        assertThat(MemoryEstimate.kvBytes(facts, context)).isZero();
        assertThat(context.outputs()).isEqualTo(context.microBatchTokens()).isGreaterThan(512);
        try (Engine engine = Engine.open(file)) {
            LoadPlan load = engine.plan("encoder", Options.NONE);
            assertThat(load.fits()).isTrue();
            assertThat(load.largestTokens()).isEqualTo(512);
            assertThat(load.memory().kvBytes()).isZero();
        }
    }

    private Engine open(TinyEncoder encoder) throws IOException {
        return Engine.open(encoder.write(folder.resolve("encoder.gguf")));
    }

    /// Short ones, that share steps, and some long ones, that do not.
    private static List<String> texts(int count) {
        Random random = new Random(SEED);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            int letters = i % 4 == 3 ? 150 + random.nextInt(100) : 1 + random.nextInt(40);
            for (int j = 0; j < letters; j++) {
                text.append((char) ('a' + random.nextInt(26)));
                if (random.nextInt(3) == 0) text.append(' ');
            }
            texts.add(text.toString());
        }
        return texts;
    }
}
