package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.llama.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When a thought is closed. The vocabulary here has a token for each byte.
class ThoughtLimitTest {

    private static final Preamble OPENS = new Preamble(false, List.of("<think>"), List.of("</think>"), List.of());
    private static final Preamble BEGUN = new Preamble(true, List.of(), List.of("</think>"), List.of());
    private static final int FREE = 1_000;

    @TempDir
    private static Path folder;

    private static LlamaModel model;
    private static Vocabulary vocabulary;

    @BeforeAll
    static void openTheVocabulary() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 1);
        model = LlamaModel.open(file, ModelSettings.DEFAULT);
        vocabulary = model.vocabulary();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aThoughtIsClosedAfterItsBudget() {
        ThoughtLimit limit = limit(OPENS, 5, FREE, true);

        say(limit, " \n<think>Buy");
        assertThat(limit.forced(64)).isEmpty();
        say(limit, "..");

        assertThat(text(limit.forced(64))).isEqualTo("\n</think>\n\n");
        assertThat(limit.forced(64)).isEmpty();
        say(limit, "Buy it. <think> is no tag here");
        assertThat(limit.forced(64)).isEmpty();
    }

    @Test
    void aThoughtThatThePromptBeganIsClosedInTimeForAnAnswer() {
        ThoughtLimit limit = limit(BEGUN, Integer.MAX_VALUE, 20, true); // the closing text has 9 tokens

        say(limit, "1234567890");
        assertThat(limit.forced(64)).isEmpty();
        say(limit, "1");

        assertThat(text(limit.forced(4))).isEqualTo("\n</th");
        assertThat(text(limit.forced(64))).isEqualTo("ink>\n\n");
    }

    @Test
    void noThoughtAtAllIsAllowedByABudgetOfZero() {
        assertThat(text(limit(BEGUN, 0, FREE, true).forced(64))).isEqualTo("\n</think>\n\n");
    }

    @Test
    void anAnswerWithoutAThoughtIsLeftAlone() {
        ThoughtLimit limit = limit(OPENS, 0, 0, true);

        say(limit, "<thin air> and more");

        assertThat(limit.forced(64)).isEmpty();
        assertThat(limit.allows(end())).isTrue();
    }

    @Test
    void aThoughtThatTheModelClosesIsNotClosedAgain() {
        ThoughtLimit limit = limit(OPENS, 30, FREE, true);

        say(limit, "<think>Buy.</think>\n\nBuy, and buy, and buy, and buy.");

        assertThat(limit.forced(64)).isEmpty();
    }

    @Test
    void theAnswerDoesNotEndWithinAThought() {
        ThoughtLimit limit = limit(OPENS, 30, FREE, true);
        assertThat(limit.allows(end())).isTrue();

        say(limit, "<think>Buy");
        assertThat(limit.allows(end())).isFalse();
        assertThat(limit.allowed()).doesNotContain(end()).hasSizeGreaterThan(250);

        say(limit, "</think>");
        assertThat(limit.allows(end())).isTrue();
    }

    @Test
    void whereNothingIsForcedTheClosingTokensAreTheOnlyOnesAllowed() {
        ThoughtLimit limit = limit(BEGUN, 2, FREE, false);
        say(limit, "ab");

        StringBuilder closing = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            assertThat(limit.forced(64)).isEmpty();
            int[] allowed = limit.allowed();
            assertThat(allowed).hasSize(1);
            assertThat(limit.allows(allowed[0])).isTrue();
            assertThat(limit.allows(allowed[0] + 1)).isFalse();
            limit.accept(allowed[0]);
            closing.append(text(allowed));
        }

        assertThat(closing).hasToString("\n</think>\n\n");
        assertThat(limit.allowed()).hasSizeGreaterThan(250);
    }

    private static ThoughtLimit limit(Preamble preamble, int most, int before, boolean jumps) {
        return new ThoughtLimit(vocabulary, preamble, Optional.empty(), most, before, jumps);
    }

    private static void say(ThoughtLimit limit, String text) {
        for (int token : vocabulary.tokenize(text, false, false)) {
            assertThat(limit.allows(token)).isTrue();
            limit.accept(token);
        }
    }

    private static int end() {
        return vocabulary.eos().orElseThrow();
    }

    private static String text(int[] tokens) {
        return vocabulary.detokenize(tokens, true);
    }
}
