package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplerChainTest {

    @TempDir
    private Path folder;

    private final LlamaModel model = Tiny.model();
    private final LlamaContext context = model.newContext(Tiny.settings());

    @AfterEach
    void free() {
        model.close();
    }

    @Test
    void greedyTakesTheLargestLogit() {
        context.decode(Tiny.rows(0, 0, 12));
        float[] logits = context.logits(11);

        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            int token = sampler.sample(11);

            for (float logit : logits) assertThat(logit).isLessThanOrEqualTo(logits[token]);
        }
    }

    @Test
    void theSameSeedDrawsTheSameTokensAndAnotherSeedOthers() {
        List<Integer> first = generate(sampling(5), 40);

        assertThat(generate(sampling(5), 40)).isEqualTo(first);
        assertThat(generate(sampling(6), 40)).isNotEqualTo(first);
    }

    @Test
    void everySeedDrawsItsOwnTokensAgainAndAgain() {
        Set<List<Integer>> answers = new HashSet<>();
        long[] seeds = {0, 4, -5, -1, 1L << 32, 0xFFFFFFFFL, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 1};
        for (long seed : seeds) {
            List<Integer> answer = generate(sampling(seed), 20);

            assertThat(generate(sampling(seed), 20)).isEqualTo(answer);
            answers.add(answer);
        }
        assertThat(answers).hasSize(seeds.length);
    }

    @Test
    void aTemperatureOfZeroOrLessIsGreedyAndOneThatIsAlmostZeroToo() {
        List<Integer> greedy = generate(Sampling.GREEDY, 30);
        for (float temperature : new float[] {-0.0f, -1, Float.MIN_VALUE, 1e-30f}) {
            Sampling sampling = new Sampling(temperature, 0, 1, 0, 1, 0, 1, 0, 0, 9, Optional.empty());

            assertThat(generate(sampling, 30)).isEqualTo(greedy);
        }
    }

    @Test
    void aTopKOfZeroOrLessKeepsAll() {
        Sampling all = new Sampling(1.5f, 0, 1, 0, 1, 0, 1, 0, 0, 9, Optional.empty());
        Sampling negative = new Sampling(1.5f, -1, 1, 0, 1, 0, 1, 0, 0, 9, Optional.empty());

        assertThat(generate(negative, 30)).isEqualTo(generate(all, 30));
    }

    @Test
    void numbersThatWouldMakeNonsenseOfTheLogitsAreRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Sampling(bad, 0, 1, 0, 1, 0, 1, 0, 0, 0, Optional.empty()))
                    .withMessageContaining("temperature is " + bad);
        }
        for (float bad : new float[] {0, -1, Float.MIN_VALUE, Float.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Sampling(1, 0, 1, 0, 1, 64, bad, 0, 0, 0, Optional.empty()))
                    .withMessageContaining("repeat_penalty is " + bad);
        }
    }

    @Test
    void everyRowThatAskedForLogitsCanBeDrawnFrom() {
        LlamaContext wide = model.newContext(Tiny.settings().withOutputs(12));
        TokenBatch batch = new TokenBatch(12);
        for (int i = 0; i < 12; i++) batch.add(10 + i, i, 0, i % 2 == 1);
        wide.decode(batch);
        List<Integer> together = new ArrayList<>();
        try (TokenSampler sampler = wide.sampler(Sampling.GREEDY)) {
            for (int row = 1; row < 12; row += 2) together.add(sampler.sample(row));
        }

        List<Integer> alone = new ArrayList<>();
        for (int row = 1; row < 12; row += 2) {
            context.forget(0, 0);
            context.decode(Tiny.rows(0, 0, row + 1));
            try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
                alone.add(sampler.sample(row));
            }
        }
        assertThat(together).isEqualTo(alone);
    }

    @Test
    void aTokenTheModelMustNotSayIsNeverDrawn() throws IOException {
        List<Integer> likely = generate(Sampling.GREEDY, 30);
        Path file = folder.resolve("suppressing.gguf");
        TinyModel.seeded(Tiny.SEED)
                .write(
                        file,
                        gguf -> gguf.numbers("tokenizer.ggml.suppress_tokens", List.copyOf(new HashSet<>(likely))));
        try (LlamaModel suppressing = LlamaModel.open(file, ModelSettings.DEFAULT)) {
            LlamaContext other = suppressing.newContext(Tiny.settings());

            assertThat(generate(other, Sampling.GREEDY, 30)).doesNotContainAnyElementsOf(likely);
            assertThat(generate(other, sampling(3), 30)).doesNotContainAnyElementsOf(likely);
        }
    }

    @Test
    void topKOfOneIsGreedy() {
        Sampling one = new Sampling(1.5f, 1, 1, 0, 1, 0, 1, 0, 0, 9, Optional.empty());

        assertThat(generate(one, 30)).isEqualTo(generate(Sampling.GREEDY, 30));
    }

    @Test
    void penaltiesCountWhatWasPrimed() {
        context.decode(Tiny.rows(0, 0, 12));
        int likeliest;
        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            likeliest = sampler.sample(11);
        }
        Sampling penalizing = new Sampling(0, 0, 1, 0, 1, 64, 1, 1000, 0, 0, Optional.empty());

        try (TokenSampler sampler = context.sampler(penalizing)) {
            sampler.prime(likeliest);

            assertThat(sampler.sample(11)).isNotEqualTo(likeliest);
        }
        assertThat(generate(penalizing, 60)).doesNotHaveDuplicates();
    }

    @Test
    void aGrammarIsFollowedWhateverTheModelWants() {
        String grammar = """
                root ::= "{\\"action\\":\\"" action "\\",\\"size\\":" [0-9]{1,3} "}"
                action ::= "BUY" | "SELL" | "HOLD"
                """;
        for (Sampling sampling : List.of(Sampling.GREEDY, sampling(1), sampling(2), sampling(3))) {
            String text = text(generate(with(sampling, grammar), 60));

            assertThat(text).matches("\\{\"action\":\"(BUY|SELL|HOLD)\",\"size\":[0-9]{1,3}}");
        }
    }

    @Test
    void aGrammarGoesOnFromWhatThePromptHasOfIt() {
        String grammar = "root ::= \"<|im_start|>x\\n\" (\"BUY\" | \"SELL\")";
        for (String begun : List.of("<|im_start|>x\n", "<|im_start|>x\nB", "<|im_start|>")) {
            Sampling sampling = Sampling.GREEDY.withGrammar(grammar, begun);

            String text = text(generate(sampling, 12));

            assertThat(begun + text).matches("<\\|im_start\\|>x\n(BUY|SELL)(<\\|im_end\\|>)?");
        }
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> context.sampler(Sampling.GREEDY.withGrammar(grammar, "<|im_start|>y")))
                .withMessageContaining("does not begin with \"<|im_start|>y\"");
    }

    @Test
    void aGrammarThatIsNotValidIsRefused() {
        List<String> bad = new ArrayList<>(List.of(
                "",
                " \n",
                "%llguidance {}\nstart: \"a\"",
                "root := \"a\"",
                "root ::= missing",
                "other ::= \"a\"",
                "root ::= root \"a\"",
                "root ::= \"a",
                "root ::= \"a\"{0,1000000}",
                "root ::= \"a\"{2000}",
                "root ::= \"a\\0\0\"",
                "root ::= [a-",
                "root ::= " + "(".repeat(5_000) + "\"a\"" + ")".repeat(5_000),
                "root ::= \"a\"" + " | \"a\"".repeat(200_000)));
        StringBuilder chain = new StringBuilder("root ::= r0\n");
        for (int i = 0; i < 60_000; i++) chain.append("r%d ::= r%d\n".formatted(i, i + 1));
        bad.add(chain.append("r60000 ::= \"a\"").toString());

        for (String grammar : bad) {
            assertThatExceptionOfType(LlamaException.class)
                    .as(grammar.substring(0, Math.min(40, grammar.length())))
                    .isThrownBy(() -> context.sampler(with(Sampling.GREEDY, grammar)))
                    .withMessageContaining("grammar");
        }
    }

    @Test
    void aGrammarAtTheLimitsIsAccepted() {
        String deep = "root ::= " + "(".repeat(64) + "\"a\"" + ")".repeat(64);
        String quoted = "root ::= \"((((||||{9999}\" [(|{\\]]{1,1000} # ((((((";

        context.sampler(with(Sampling.GREEDY, deep)).close();
        context.sampler(with(Sampling.GREEDY, quoted)).close();
    }

    @Test
    void samplingAfterTheGrammarEndedIsAnExceptionAtWorst() {
        context.decode(Tiny.rows(0, 0, 12));

        try (TokenSampler sampler = context.sampler(with(Sampling.GREEDY, "root ::= \"a\""))) {
            int a = sampler.sample(11);
            int end = sampler.sample(11);

            assertThat(model.vocabulary().piece(a, true)).asString().isEqualTo("a");
            assertThat(model.vocabulary().isEndOfGeneration(end)).isTrue();
            assertThat(model.vocabulary().isEndOfGeneration(sampler.sample(11))).isTrue();
        }
    }

    @Test
    void primingATokenThatDoesNotExistIsRefused() {
        try (TokenSampler sampler = context.sampler(sampling(1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> sampler.prime(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> sampler.prime(320));
        }
    }

    @Test
    void aClosedSamplerIsAnException() {
        context.decode(Tiny.rows(0, 0, 12));
        TokenSampler sampler = context.sampler(sampling(1));

        sampler.close();
        sampler.close();

        assertThatIllegalStateException().isThrownBy(() -> sampler.sample(11));
    }

    @Test
    void hugePenaltyWindowsAreCutToTheContext() {
        Sampling huge = new Sampling(1, 0, 1, 0, 1, Integer.MAX_VALUE, 1.1f, 0, 0, 1, Optional.empty());

        assertThat(generate(huge, 5)).hasSize(5);
    }

    private static Sampling sampling(long seed) {
        return new Sampling(1.2f, 40, 0.95f, 0.01f, 0.99f, 32, 1.1f, 0.1f, 0.1f, seed, Optional.empty());
    }

    private static Sampling with(Sampling s, String grammar) {
        return new Sampling(
                s.temperature(),
                s.topK(),
                s.topP(),
                s.minP(),
                s.typicalP(),
                s.repeatLastN(),
                s.repeatPenalty(),
                s.presencePenalty(),
                s.frequencyPenalty(),
                s.seed(),
                Optional.of(grammar));
    }

    /// Until so many tokens or the end of generation, which is left out.
    private List<Integer> generate(Sampling sampling, int most) {
        return generate(context, sampling, most);
    }

    private List<Integer> generate(LlamaContext context, Sampling sampling, int most) {
        context.forget(0, 0);
        context.decode(Tiny.rows(0, 0, 12));
        List<Integer> tokens = new ArrayList<>();
        try (TokenSampler sampler = context.sampler(sampling)) {
            int row = 11;
            TokenBatch batch = new TokenBatch(1);
            while (tokens.size() < most) {
                int token = sampler.sample(row);
                if (sampling.grammar().isPresent() && model.vocabulary().isEndOfGeneration(token)) break;
                tokens.add(token);
                batch.clear();
                row = batch.add(token, 11 + tokens.size(), 0, true);
                context.decode(batch);
            }
        }
        return tokens;
    }

    private String text(List<Integer> tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tokens.forEach(token -> out.writeBytes(model.vocabulary().piece(token, false)));
        return out.toString(StandardCharsets.UTF_8);
    }
}
