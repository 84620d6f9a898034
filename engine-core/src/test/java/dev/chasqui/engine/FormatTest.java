package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.Urgency;
import dev.chasqui.json.JsonSchema;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Answers that have a format, from the real default model.
@Timeout(120)
class FormatTest extends OverTheDefaultModel {

    private static final String DECISION = """
            {"type": "object",
             "properties": {
               "action": {"enum": ["BUY", "SELL", "HOLD"], "default": "HOLD"},
               "confidence": {"type": "number", "minimum": 0, "maximum": 1},
               "reason": {"type": "string", "maxLength": 60}},
             "required": ["action", "confidence", "reason"]}""";
    private static final JsonSchema SCHEMA = JsonSchema.parse(DECISION);
    private static final String PATTERN =
            "\\{\"action\": \"(BUY|SELL|HOLD)\", \"confidence\": [-0-9.]+, \"reason\": \"([^\"\\\\]|\\\\.)*\"}";
    private static final String QUESTION = "AAPL closed at 191.2, up 3 percent. BUY, SELL or HOLD?";

    @Test
    void aDecisionFollowsItsSchema() {
        Answer answer = ask(DECISION, Map.of());

        assertThat(answer.text()).matches(PATTERN);
        assertThat(SCHEMA.check(answer.text())).isEmpty();
        assertThat(answer.summary().reason()).isEqualTo(DoneReason.STOP);
        assertThat(answer.summary().evalTokens()).isPositive();
    }

    @Test
    void manyDecisionsAtOnceAndAtAnyTemperatureFollowTheirSchema() throws Exception {
        List<Callable<Answer>> questions = IntStream.range(0, 8)
                .<Callable<Answer>>mapToObj(seed -> () -> ask(
                        DECISION,
                        Map.of(
                                "temperature",
                                seed % 4 * 0.7,
                                "seed",
                                seed,
                                "repeat_penalty",
                                seed % 2 + 1,
                                "top_k",
                                seed % 3 * 30)))
                .toList();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : callers.invokeAll(questions)) {
                assertThat(answer.get().text()).matches(PATTERN);
                assertThat(SCHEMA.check(answer.get().text())).isEmpty();
            }
        }
    }

    @Test
    void theExactLaneGivesTheSameDecisionAgain() {
        String first = ask(DECISION, Map.of("exact", true, "temperature", 1, "seed", 3))
                .text();

        assertThat(first).matches(PATTERN);
        assertThat(ask(DECISION, Map.of("exact", true, "temperature", 1, "seed", 3))
                        .text())
                .isEqualTo(first);
    }

    @Test
    void whatMustFollowIsNotDrawnButTheTextIsTheSame() {
        Settings settings = settings(DECISION, Map.of("exact", true));
        Answer jumped = engine.chat(chat(settings)).answer();
        Answer drawn = engine.chat(chat(settings.withTopLogprobs(0))).answer();

        assertThat(skeleton(jumped.text())).isEqualTo(skeleton(drawn.text()));
        assertThat(drawn.logprobs()).hasSize(drawn.summary().evalTokens());
        assertThat(drawn.logprobs().stream().map(TokenLogprob::token).collect(Collectors.joining()))
                .startsWith(drawn.text());
        assertThat(jumped.logprobs()).isEmpty();
    }

    @Test
    void anyObjectIsJson() {
        Answer answer = ask("\"json\"", Map.of("num_predict", 400));

        assertThat(JsonSchema.ANY_OBJECT.check(answer.text())).isEmpty();
    }

    @Test
    void aWholeAnswerMayBeForced() {
        Answer answer = ask("{\"const\": {\"always\": [1, \"the same\"]}}", Map.of());

        assertThat(answer.text()).isEqualTo("{\"always\": [1, \"the same\"]}");
        assertThat(answer.summary().reason()).isEqualTo(DoneReason.STOP);
    }

    @Test
    void halfADecisionIsAnErrorThatSaysWhatToDo() {
        for (int tokens : new int[] {1, 4, 9}) {
            assertThatThrownBy(() -> ask(DECISION, Map.of("num_predict", tokens)))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE))
                    .hasMessageContaining("cut off after " + tokens + " tokens, before its JSON was complete")
                    .hasMessageContaining("num_predict")
                    .hasMessageContaining("on_length");
        }
    }

    @Test
    void halfADecisionIsClosedWhereThatIsAsked() {
        for (int tokens : new int[] {0, 1, 3, 5, 8, 13, 21}) {
            Settings settings =
                    settings(DECISION, Map.of("num_predict", tokens)).withOnLength(OnLength.CLOSE);

            Answer answer = engine.chat(chat(settings)).answer();

            assertThat(SCHEMA.check(answer.text())).as(answer.text()).isEmpty();
            assertThat(answer.summary().evalTokens()).isLessThanOrEqualTo(tokens);
            if (tokens == 0)
                assertThat(answer.text()).isEqualTo("{\"action\": \"HOLD\", \"confidence\": 0, \"reason\": \"\"}");
            if (tokens < 9) assertThat(answer.summary().reason()).isEqualTo(DoneReason.LENGTH);
        }
    }

    @Test
    void aFullContextIsAnErrorThatNamesIt() {
        Settings settings = settings("{\"type\": \"string\", \"minLength\": 1000}", Map.of("num_ctx", 64))
                .withShift(false);

        assertThatThrownBy(() -> engine.chat(chat(settings)).answer())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE))
                .hasMessageContaining("the context was full after")
                .hasMessageContaining("raise num_ctx");
    }

    @Test
    void aStopStringThatCutsTheJsonIsAnError() {
        assertThatThrownBy(() -> ask(DECISION, Map.of("stop", List.of("confidence"))))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE))
                .hasMessageContaining("a stop string ended the answer before its JSON was complete");
    }

    @Test
    void aDeadlineAmidAnAnswerIsAnErrorUnlessItIsClosed() {
        JsonSchema schema = JsonSchema.parse("{\"type\": \"string\", \"minLength\": 1000}");
        Settings late = settings("{\"type\": \"string\", \"minLength\": 1000}", Map.of("num_predict", 4000))
                .withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(400)));
        assertThatThrownBy(() -> engine.chat(chat(late)).answer())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LATE));
        try {
            Answer closed = engine.chat(chat(late.withOnLength(OnLength.CLOSE))).answer();

            assertThat(schema.check(closed.text())).isEmpty();
            assertThat(closed.summary().reason()).isEqualTo(DoneReason.LENGTH);
        } catch (BackendException e) { // not one token came in time
            assertThat(e.kind()).isEqualTo(Kind.TOO_LATE);
        }
    }

    @Test
    void unsupportedKeywordsAreRefusedByName() {
        for (String keyword :
                List.of("not", "if", "patternProperties", "dependentRequired", "contains", "frobnicate")) {
            assertThatThrownBy(() ->
                            ask("{\"type\": \"object\", \"properties\": {\"a\": {\"" + keyword + "\": {}}}}", Map.of()))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                    .hasMessageStartingWith("format: \"" + keyword + "\" at /properties/a ");
        }
        assertThatThrownBy(() -> ask("{\"type\": \"objec\"}", Map.of())).hasMessageStartingWith("format: \"type\"");
    }

    @Test
    void theChunksTogetherAreTheDecision() {
        StringBuilder text = new StringBuilder();
        try (Generation generation = engine.chat(chat(settings(DECISION, Map.of())))) {
            for (Chunk chunk : generation) text.append(chunk.text());
        }

        assertThat(text.toString()).matches(PATTERN);
    }

    private static Answer ask(String format, Map<String, Object> options) {
        return engine.chat(chat(settings(format, options))).answer();
    }

    private static ChatRequest chat(Settings settings) {
        return ChatRequest.of(model, Message.user(QUESTION)).withSettings(settings);
    }

    private static Settings settings(String format, Map<String, Object> options) {
        Map<String, Object> all = new HashMap<>(Map.of("temperature", 0, "num_predict", 120));
        all.putAll(options);
        return Settings.DEFAULT.withOptions(Options.parse(all)).withFormat(format);
    }

    private static String skeleton(String json) {
        return json.replaceAll("\"reason\": \".*", "").replaceAll("[0-9.]+", "0");
    }
}
