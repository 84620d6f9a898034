package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Over a tokeniser with a token for each letter, and a model that is a table.
class ChoicePlanTest {

    private static final Offset<Double> ROUNDING = within(1e-9);

    private final Map<String, Double> model = new HashMap<>();

    @Test
    void labelsOfOneTokenNeedNothingButThePrompt() {
        ChoicePlan plan = ChoicePlan.of(List.of("BUY", "SELL"), text ->
                new int[] {List.of("BUY", " BUY", "SELL", " SELL").indexOf(text)});

        assertThat(plan.paths()).containsExactly(List.of());
        assertThat(plan.askedAfter(List.of())).containsExactly(0, 1, 2, 3);
        assertThat(plan.longest()).isEqualTo(1);
    }

    @Test
    void longerLabelsAreReadUpToTheirLastToken() {
        ChoicePlan plan = ChoicePlan.of(List.of("ab", "acd", "x"), ChoicePlanTest::letters);

        assertThat(plan.paths()).containsExactlyInAnyOrder(letterList("ac"), letterList(" ac"));
        assertThat(plan.askedAfter(letterList(" a"))).containsExactly((int) 'b', (int) 'c');
        assertThat(plan.askedAfter(letterList("x"))).isEmpty();
    }

    @Test
    void aLabelCountsWithAndWithoutASpaceBeforeIt() {
        says("a", 0.2);
        says(" ", 0.6);
        says(" a", 0.5);
        says("b", 0.1);
        says(" b", 0.5);

        Choices choices = choices("a", "b");

        assertThat(choices.all()).extracting(Choice::label).containsExactly("a", "b");
        assertThat(probability(choices, "a")).isCloseTo(0.5 / 0.9, ROUNDING);
        assertThat(Math.exp(choices.best().logprob())).isCloseTo(0.5, ROUNDING);
        assertThat(choices.outside()).isCloseTo(0.1, ROUNDING);
        assertThat(choices.entropy())
                .isCloseTo(-(5 / 9.0) * Math.log(5 / 9.0) - (4 / 9.0) * Math.log(4 / 9.0), ROUNDING);
    }

    @Test
    void whatGoesOnAsALongerLabelIsNotTheShorterOne() {
        says("a", 0.8);
        says("ab", 0.5);
        says("abc", 0.25);

        Choices choices = choices("a", "ab", "abc");

        assertThat(probability(choices, "a")).isCloseTo(0.4 / 0.8, ROUNDING);
        assertThat(probability(choices, "ab")).isCloseTo(0.3 / 0.8, ROUNDING);
        assertThat(probability(choices, "abc")).isCloseTo(0.1 / 0.8, ROUNDING);
        assertThat(choices.outside()).isCloseTo(0.2, ROUNDING);
    }

    @Test
    void theLeastLikelyLabelsStillHaveAnOrder() {
        says("a", 1e-300);
        says("ab", 1e-300);
        says("b", 1e-300);

        Choices choices = choices("ab", "b");

        assertThat(choices.best().label()).isEqualTo("b");
        assertThat(choices.all().getFirst().logprob()).isCloseTo(2 * Math.log(1e-300), within(1e-6));
        assertThat(choices.outside()).isEqualTo(1);
    }

    @Test
    void labelsThatAreTheSameTokensAreRefusedByName() {
        assertThatThrownBy(() -> ChoicePlan.of(List.of("yes", "YES"), text -> letters(text.toLowerCase(Locale.ROOT))))
                .isInstanceOf(BackendException.class)
                .hasMessage("choices has the labels \"yes\" and \"YES\", which are the same tokens for this model."
                        + " Leave one out");
    }

    @Test
    void aLabelOfTooManyTokensIsRefusedWithTheNumber() {
        assertThatThrownBy(() -> ChoicePlan.of(List.of("a", "b".repeat(33)), ChoicePlanTest::letters))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("33 tokens for this model; expected 1 to 32");
    }

    /// How likely the last letter is after the others.
    private void says(String text, double probability) {
        model.put(text, probability);
    }

    private Choices choices(String... labels) {
        ChoicePlan plan = ChoicePlan.of(List.of(labels), ChoicePlanTest::letters);
        Map<List<Integer>, Double> logprobs = new HashMap<>();
        for (List<Integer> path : plan.paths()) {
            for (int read = 0; read <= path.size(); read++) {
                for (int token : plan.askedAfter(path.subList(0, read))) {
                    List<Integer> spelled = new ArrayList<>(path.subList(0, read));
                    spelled.add(token);
                    double probability = model.getOrDefault(text(spelled), 0.0);
                    logprobs.put(spelled, probability == 0 ? -1e9 : Math.log(probability));
                }
            }
        }
        return plan.choices(logprobs);
    }

    private static double probability(Choices choices, String label) {
        return choices.all().stream()
                .filter(choice -> choice.label().equals(label))
                .findFirst()
                .orElseThrow()
                .probability();
    }

    private static int[] letters(String text) {
        return text.chars().toArray();
    }

    private static List<Integer> letterList(String text) {
        return text.chars().boxed().toList();
    }

    private static String text(List<Integer> tokens) {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append((char) (int) token));
        return text.toString();
    }
}
