package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Progress;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.json.JsonSchema;
import dev.chasqui.json.RandomSchema;
import dev.chasqui.json.SchemaException;
import dev.chasqui.json.Spacing;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.TokenConstraint;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.store.Catalogue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tokens of a real vocabulary held to grammars.
@Timeout(60)
class JsonConstraintTest {

    private static final JsonGrammar DECISION = grammar("""
            {"type": "object",
             "properties": {"action": {"enum": ["BUY", "SELL", "HOLD"]}, "reason": {"type": "string"}},
             "required": ["action", "reason"]}""");

    private static LlamaModel model;
    private static Vocabulary vocabulary;
    private static SortedVocabulary words;

    @BeforeAll
    static void open() {
        model = LlamaModel.open(
                Catalogue.standard().file("smollm2:135m", Progress.NONE), ModelSettings.DEFAULT.withRepack(false));
        vocabulary = model.vocabulary();
        words = new SortedVocabulary(vocabulary);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void theTokensThatFitAreThoseThatFitOneByOne() {
        Random random = new Random(11);
        int compared = 0;
        for (long seed = 0; compared < 60; seed++) {
            Optional<JsonGrammar> grammar = usable(RandomSchema.with(new Random(seed)));
            if (grammar.isEmpty()) continue;
            JsonConstraint constraint = new JsonConstraint(words, grammar.get().cursor(), false);
            for (int step = 0; step < 4 && !constraint.isOver(); step++, compared++) {
                int[] allowed = constraint.allowed();
                assertThat(allowed).as("seed %d", seed).isEqualTo(words.all(constraint::allows));
                int next = allowed[random.nextInt(allowed.length)];
                if (words.ends(next)) break;
                constraint.accept(next);
            }
        }
    }

    @Test
    void whatMustFollowIsPutIntoTheVocabularysOwnTokens() {
        JsonConstraint constraint = new JsonConstraint(words, DECISION.cursor(), true);

        int[] forced = constraint.forced(64);

        assertThat(text(forced)).isIn("{\"action\": \"", "{\"action\":");
        assertThat(forced).isEqualTo(vocabulary.tokenize(text(forced), false, false));
        int[] letter = vocabulary.tokenize("B", false, false);
        if (constraint.likely() >= 0) constraint.accept(constraint.likely());
        constraint.accept(letter[0]);
        assertThat(text(constraint.forced(64))).startsWith("UY\", \"reason\":");
    }

    @Test
    void theLastTokenOfWhatMustFollowMayBeALongerOne() {
        JsonConstraint constraint = new JsonConstraint(words, DECISION.cursor(), true);
        String before = text(constraint.forced(64)) + likely(constraint);
        constraint.accept(token("H"));
        before += "H" + text(constraint.forced(64));

        assertThat(before).isEqualTo("{\"action\": \"HOLD\", \"reason\":");
        assertThat(text(constraint.likely())).isEqualTo(" \"");
        int longer = token(" \"\"");
        assertThat(constraint.allows(longer)).isTrue();
        assertThat(constraint.allows(token(" ")))
                .as("a shorter one says the same")
                .isFalse();
        assertThat(constraint.allowed()).contains(longer, constraint.likely()).isEqualTo(words.all(constraint::allows));
        assertThat(constraint.isOver()).isFalse();
        constraint.accept(longer);
        assertThat(constraint.likely()).isNegative();
        assertThat(text(constraint.forced(64))).isEqualTo("}");
        assertThat(constraint.isOver()).isTrue();
    }

    @Test
    void aTextIsPutIntoTheLongestTokensWhereTheVocabularysOwnSayMore() {
        String text = "{\"action\": \"BÜY 東京 🚀\", \"reason\":";

        int[] longest = words.longestTokens(text.getBytes(StandardCharsets.UTF_8));

        assertThat(text(longest)).isEqualTo(text);
        assertThat(longest).hasSizeLessThanOrEqualTo(words.tokens(text).length);
        for (int i = 0; i < longest.length - 1; i++) {
            String rest = text(Arrays.copyOfRange(longest, i, longest.length));
            int mine = longest[i];
            assertThat(words.all(token -> words.isLonger(token, mine) && rest.startsWith(text(token))))
                    .as("longer ones than %s", text(mine))
                    .isEmpty();
        }
    }

    @Test
    void whatMustFollowMayBeTakenInSmallSteps() {
        for (int most = 1; most < 8; most++) {
            JsonConstraint constraint = new JsonConstraint(
                    words,
                    grammar("{\"const\": {\"always\": [1, \"the same\"]}}").cursor(),
                    true);
            StringBuilder all = new StringBuilder();
            for (int steps = 0; !constraint.isOver(); steps++) {
                assertThat(steps).isLessThan(100);
                int[] forced = constraint.forced(most);
                assertThat(forced.length).isBetween(1, most);
                all.append(text(forced));
            }
            assertThat(all).hasToString("{\"always\": [1, \"the same\"]}");
        }
        assertThat(new JsonConstraint(words, DECISION.cursor(), true).forced(0)).isEmpty();
    }

    @Test
    void theEndOfTheAnswerIsAllowedWhereItIsComplete() {
        int end = vocabulary.eos().orElseThrow();
        JsonConstraint number =
                new JsonConstraint(words, grammar("{\"type\": \"integer\"}").cursor(), true);
        assertThat(number.allows(end)).isFalse();

        number.accept(token("1"));

        assertThat(number.allows(end)).isTrue();
        assertThat(number.allowed()).contains(end);
        assertThat(number.isOver()).isFalse();
        JsonConstraint object =
                new JsonConstraint(words, grammar("{\"const\": {}}").cursor(), true);
        assertThat(text(object.forced(9))).isEqualTo("{}");
        assertThat(object.isOver()).isTrue();
    }

    @Test
    void signalsToTheModelAreNoText() {
        JsonConstraint text =
                new JsonConstraint(words, grammar("{\"type\": \"string\"}").cursor(), true);
        text.accept(token("\""));

        for (int token = 0; token < vocabulary.size(); token++) {
            if (vocabulary.isControl(token)) assertThat(text.allows(token)).isFalse();
        }
        assertThat(text.allowed()).hasSizeGreaterThan(40_000);
    }

    @Test
    void theGrammarSleepsWhileTheModelThinks() {
        Preamble thinking = new Preamble(true, List.of(), List.of("</think>"), List.of());
        TokenConstraint constraint =
                AfterPreamble.of(words, thinking, new JsonConstraint(words, DECISION.cursor(), true));

        assertThat(constraint.forced(9)).isEmpty();
        for (int token : vocabulary.tokenize("Prices rise {\"so\": I buy.\n</think", false, false))
            accept(constraint, token);
        assertThat(constraint.allows(vocabulary.eos().orElseThrow()))
                .as("a thought does not end the answer")
                .isFalse();
        accept(constraint, token(">"));

        assertThat(constraint.allows(token("The"))).isFalse();
        assertThat(text(constraint.forced(64))).startsWith("{\"action\":");
    }

    @Test
    void aModelMayOpenAThoughtOrAnswerAtOnce() {
        Preamble may = new Preamble(false, List.of("<think>"), List.of("</think>"), List.of());
        TokenConstraint atOnce = AfterPreamble.of(words, may, new JsonConstraint(words, DECISION.cursor(), true));
        assertThat(atOnce.allows(token("The"))).isFalse();
        assertThat(atOnce.allowed()).contains(token("<"), token("{\"")).doesNotContain(token("The"));
        accept(atOnce, token("{"));
        assertThat(text(atOnce.forced(64))).startsWith("\"action\":");

        TokenConstraint thinking = AfterPreamble.of(words, may, new JsonConstraint(words, DECISION.cursor(), true));
        for (int token : vocabulary.tokenize("<think>Hm.</think>", false, false)) accept(thinking, token);
        assertThat(thinking.allows(token("<"))).as("a second thought").isFalse();
        assertThat(text(thinking.forced(64))).startsWith("{\"action\":");
    }

    @Test
    void aModelMayCallAToolInsteadOfAnswering() {
        Preamble tools = new Preamble(false, List.of(), List.of(), List.of("<tool_call>"));
        TokenConstraint calling = AfterPreamble.of(words, tools, new JsonConstraint(words, DECISION.cursor(), true));
        assertThat(calling.allows(token("The"))).isFalse();
        for (int token : vocabulary.tokenize("<tool_call>\n{\"name\": \"quote\"}", false, false))
            accept(calling, token);
        assertThat(calling.allows(vocabulary.eos().orElseThrow())).isTrue();
        assertThat(calling.isOver()).isFalse();

        TokenConstraint answering = AfterPreamble.of(words, tools, new JsonConstraint(words, DECISION.cursor(), true));
        accept(answering, token("{\""));
        assertThat(text(answering.forced(64))).startsWith("action\":");
    }

    private static void accept(TokenConstraint constraint, int token) {
        assertThat(constraint.allows(token)).as(text(token)).isTrue();
        constraint.accept(token);
    }

    private static String likely(TokenConstraint constraint) {
        int token = constraint.likely();
        if (token < 0) return "";
        constraint.accept(token);
        return text(token);
    }

    private static int token(String text) {
        int[] tokens = vocabulary.tokenize(text, false, false);
        assertThat(tokens).as(text).hasSize(1);
        return tokens[0];
    }

    private static String text(int... tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        IntStream.of(tokens).forEach(token -> bytes.writeBytes(words.text(token)));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static JsonGrammar grammar(String schema) {
        return JsonSchema.parse(schema).grammar(Spacing.SPACED);
    }

    private static Optional<JsonGrammar> usable(String schema) {
        try {
            return Optional.of(grammar(schema));
        } catch (SchemaException e) {
            return Optional.empty(); // no value follows it; random ones do
        }
    }
}
