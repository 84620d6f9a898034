package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.json.JsonSchema;
import dev.chasqui.json.Spacing;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Answers that should not have come this far: faults are put in where the decode thread hands out its text.
class FormatGuardTest {

    private static final JsonGrammar SIZE = JsonSchema.parse("""
                    {"type": "object", "required": ["size"],
                     "properties": {"size": {"type": "integer", "maximum": 100, "default": 10}}}""").grammar(Spacing.SPACED);

    @Test
    void anAnswerThatBreaksItsSchemaNeverEndsWell() {
        for (String wrong : List.of("{\"size\": 101}", "{}", "Buy!", "{\"size\": 1}{")) {
            EngineGeneration generation = answer(OnLength.ERROR, DoneReason.STOP, wrong);
            Iterator<Chunk> chunks = generation.iterator();

            assertThatThrownBy(() -> drain(chunks))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                    .hasMessageStartingWith("the answer does not keep to its format: ");
            assertThatThrownBy(chunks::hasNext).as("who asks again").isInstanceOf(BackendException.class);
            assertThatThrownBy(generation::summary).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anAnswerThatAStopStringCutsOffNeverEndsWell() {
        for (String begun : List.of("{\"size\": 10", "{", "")) {
            assertThatThrownBy(
                            () -> answer(OnLength.CLOSE, DoneReason.STOP, begun).answer())
                    .as(begun)
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE))
                    .hasMessageStartingWith("a stop string ended the answer before its JSON was complete");
        }
    }

    @Test
    void anAnswerThatFollowsItsSchemaEndsWellHoweverItIsWritten() {
        Answer answer =
                answer(OnLength.ERROR, DoneReason.STOP, "{ \"size\" :\n", "7}").answer();

        assertThat(answer.text()).isEqualTo("{ \"size\" :\n7}");
    }

    @Test
    void whatIsCutOffAtItsVeryEndIsWhole() {
        assertThat(answer(OnLength.ERROR, DoneReason.LENGTH, "{\"size\": 7}").text())
                .isEqualTo("{\"size\": 7}");
    }

    @Test
    void aNumberThatIsCutOffIsNotTakenForAWholeOne() {
        JsonGrammar number = JsonSchema.parse("{\"type\": \"integer\"}").grammar(Spacing.SPACED);

        EngineGeneration generation = answer(number, OnLength.ERROR, DoneReason.LENGTH, false, "12");

        assertThatThrownBy(generation::answer)
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE));
    }

    @Test
    void whatIsCutOffIsClosedWithWhatTheSchemaDeclares() {
        assertThat(answer(OnLength.CLOSE, DoneReason.LENGTH, "{\"si").text()).isEqualTo("{\"size\": 10}");
        assertThat(answer(OnLength.CLOSE, DoneReason.LENGTH, "{\"size\": 4").text())
                .isEqualTo("{\"size\": 4}");
        assertThat(answer(OnLength.CLOSE, DoneReason.LENGTH).text()).isEqualTo("{\"size\": 10}");
        assertThat(answer(OnLength.CLOSE, DoneReason.LENGTH, "{\"si")
                        .answer()
                        .summary()
                        .reason())
                .isEqualTo(DoneReason.LENGTH);
    }

    @Test
    void whatTheGrammarDoesNotKnowCannotBeClosed() {
        assertThatThrownBy(() ->
                        answer(OnLength.CLOSE, DoneReason.LENGTH, "Well, ").answer())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE));
    }

    @Test
    void aDeadlineIsNamed() {
        EngineGeneration late = answer(SIZE, OnLength.ERROR, DoneReason.LENGTH, true, "{\"size\": 4");

        assertThatThrownBy(late::answer)
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LATE))
                .hasMessageStartingWith("the deadline passed after 3 tokens");
        assertThat(answer(SIZE, OnLength.CLOSE, DoneReason.LENGTH, true, "{\"size\": 4")
                        .text())
                .isEqualTo("{\"size\": 4}");
    }

    @Test
    void aToolCallIsNoAnswerAndIsLeftAlone() {
        OutputSplitter calling = new OutputSplitter() {
            @Override
            public List<Chunk> piece(String text, List<TokenLogprob> logprobs) {
                return List.of();
            }

            @Override
            public List<Chunk> end() {
                return List.of(new Chunk("", "", List.of(new ToolCall("call_1", "buy", "{}")), List.of()));
            }
        };
        EngineGeneration generation = new EngineGeneration(calling, FormatGuard.of(SIZE, OnLength.ERROR, 3));
        generation.put(new EngineGeneration.Event.End(summary(DoneReason.STOP), false));

        assertThat(generation.answer().toolCalls()).hasSize(1);
    }

    private static EngineGeneration answer(OnLength onLength, DoneReason reason, String... pieces) {
        return answer(SIZE, onLength, reason, false, pieces);
    }

    private static EngineGeneration answer(
            JsonGrammar grammar, OnLength onLength, DoneReason reason, boolean late, String... pieces) {
        EngineGeneration generation =
                new EngineGeneration(OutputSplitter.plain(), FormatGuard.of(grammar, onLength, 3));
        for (String piece : pieces) generation.put(new EngineGeneration.Event.Piece(piece, List.of()));
        generation.put(new EngineGeneration.Event.End(summary(reason), late));
        return generation;
    }

    private static Summary summary(DoneReason reason) {
        return new Summary(reason, Duration.ZERO, Duration.ZERO, 5, Duration.ZERO, 3, Duration.ZERO, List.of());
    }

    private static void drain(Iterator<Chunk> chunks) {
        while (chunks.hasNext()) chunks.next();
    }
}
