package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.Urgency;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The field `choices`, over the real default model.
@Timeout(60)
class ChoicesTest extends OverTheDefaultModel {

    private static final String CAPITAL = "The capital of France is";

    @Test
    void theAnswerIsTheLikeliestLabelAndTheSummaryHasThemAll() {
        Answer answer = chosen(CAPITAL, "London", "Paris", "Berlin").answer();

        assertThat(answer.text()).isEqualTo("Paris");
        assertThat(answer.summary().reason()).isEqualTo(DoneReason.STOP);
        Choices choices = answer.summary().choices().orElseThrow();
        assertThat(choices.all()).extracting(Choice::label).containsExactly("London", "Paris", "Berlin");
        assertThat(choices.all().stream().mapToDouble(Choice::probability).sum())
                .isCloseTo(1, within(1e-9));
        assertThat(choices.outside()).isBetween(0.0, 1.0);
    }

    @Test
    void oneTokensProbabilityIsThatOfTheLogProbabilities() {
        List<TokenLogprob> top = logprobs(CAPITAL);

        Choices choices =
                chosen(CAPITAL, "Paris", "the").answer().summary().choices().orElseThrow();

        for (Choice choice : choices.all()) {
            double expected = top.stream()
                    .filter(token -> token.token().strip().equals(choice.label()))
                    .mapToDouble(token -> Math.exp(token.logprob()))
                    .sum();
            assertThat(Math.exp(choice.logprob())).as(choice.label()).isCloseTo(expected, within(0.01));
        }
    }

    @Test
    void aLabelOfSeveralTokensIsAsLikelyAsItsTokensOneAfterTheOther() {
        String label = "Paris, the";
        double expected = 0;
        String before = CAPITAL;
        for (String token : List.of(" Paris", ",", " the")) {
            expected += logprobs(before).stream()
                    .filter(candidate -> candidate.token().equals(token))
                    .findFirst()
                    .orElseThrow()
                    .logprob();
            before += token;
        }

        Choices choices =
                chosen(CAPITAL, label, "London").answer().summary().choices().orElseThrow();

        assertThat(choices.best().label()).isEqualTo(label);
        assertThat(choices.best().logprob()).isCloseTo(expected, within(0.1));
    }

    @Test
    void aConversationIsAnsweredWithALabelAndItsPromptIsShared() {
        Message tape = Message.user("AAPL 191.2 up, MSFT 402.5 down, NVDA 880.1 up. ".repeat(12) + "What now?");
        ChatRequest request = ChatRequest.of(model, tape)
                .withSettings(Settings.DEFAULT.withChoices("strong buy", "strong sell", "hold and wait"));

        Answer first = engine.chat(request).answer();
        Answer again = engine.chat(request).answer();

        assertThat(first.text()).isIn("strong buy", "strong sell", "hold and wait");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.summary().cachedTokens()).isGreaterThan(200);
        assertThat(again.summary().promptTokens()).isEqualTo(first.summary().promptTokens());
    }

    @Test
    void manyAtOnceEachGetTheirOwn() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> calls = IntStream.range(0, 12)
                    .<Callable<String>>mapToObj(i -> () -> chosen(
                                    "Q: What is the capital of " + (i % 2 == 0 ? "France" : "Germany") + "? A: It is",
                                    "Paris in France",
                                    "Berlin in Germany")
                            .answer()
                            .text())
                    .toList();
            List<Future<String>> answers = threads.invokeAll(calls);

            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).startsWith(i % 2 == 0 ? "Paris" : "Berlin");
            }
        }
    }

    @Test
    void exactRequestsScoreTheSameBitForBit() {
        Options exact = Options.NONE.with(Option.EXACT, true);

        assertThat(scores(exact)).isEqualTo(scores(exact));
    }

    @Test
    void aCallerWhoLeavesLeavesNothingBehind() {
        for (int i = 0; i < 20; i++)
            chosen(i + CAPITAL.repeat(40), "Paris is", "London is").close();

        assertThat(chosen(CAPITAL, "Paris", "London").answer().text()).isEqualTo("Paris");
        assertThat(engine.statistics().models().getFirst().requests().running()).isZero();
    }

    @Test
    void aDeadlineThatCannotBeMetIsRefused() {
        GenerateRequest request = request(CAPITAL.repeat(60), "Paris", "London");
        Settings late = request.settings().withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(1)));

        assertThatThrownBy(() -> engine.generate(request.withSettings(late)).answer())
                .isInstanceOfSatisfying(
                        BackendException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(BackendException.Kind.TOO_LATE));
    }

    @Test
    void aPromptThatFillsTheContextLeavesRoomForTheLabels() {
        Options small = Options.NONE.with(Option.NUM_CTX, 64).with(Option.EXACT, true);
        GenerateRequest request = request(CAPITAL.repeat(40), "Paris is the one", "London is the one");

        Answer answer = engine.generate(request.withSettings(request.settings().withOptions(small)))
                .answer();

        assertThat(answer.summary().droppedPromptTokens()).isPositive();
        assertThat(answer.summary().promptTokens()).isLessThan(60);
    }

    private static List<Choice> scores(Options options) {
        GenerateRequest request = request(CAPITAL, "Paris, the", "London, the");
        return engine.generate(request.withSettings(request.settings().withOptions(options)))
                .answer()
                .summary()
                .choices()
                .orElseThrow()
                .all();
    }

    private static List<TokenLogprob> logprobs(String prompt) {
        Options one = Options.NONE.with(Option.NUM_PREDICT, 1).with(Option.TEMPERATURE, 0);
        return engine.generate(GenerateRequest.of(model, prompt)
                        .asRaw()
                        .withSettings(Settings.DEFAULT.withOptions(one).withTopLogprobs(20)))
                .answer()
                .logprobs()
                .getFirst()
                .top();
    }

    private static Generation chosen(String prompt, String... labels) {
        return engine.generate(request(prompt, labels));
    }

    private static GenerateRequest request(String prompt, String... labels) {
        return GenerateRequest.of(model, prompt).asRaw().withSettings(Settings.DEFAULT.withChoices(labels));
    }
}
