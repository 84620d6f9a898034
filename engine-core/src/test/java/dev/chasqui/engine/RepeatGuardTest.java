package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.DoneReason;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.schedule.TokenSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepeatGuardTest {

    @ParameterizedTest
    @CsvSource({"' no',' no'", "' ','\t'", "no,' no '", "' ',''"})
    void theThirtySecondOfEqualTokensIsTooMuch(String first, String then) {
        RepeatGuard guard = new RepeatGuard();

        assertThat(stuck(guard, "x")).isFalse();
        assertThat(stuck(guard, first)).isFalse();
        for (int i = 1; i <= 30; i++)
            assertThat(stuck(guard, i % 2 == 0 ? first : then)).isFalse();
        assertThat(stuck(guard, then)).isTrue();
    }

    @Test
    void anotherTokenBetweenThemBeginsTheCountAnew() {
        RepeatGuard guard = new RepeatGuard();

        for (int i = 0; i < 200; i++)
            assertThat(stuck(guard, i % 20 == 0 ? "b" : "a")).isFalse();
    }

    @Test
    void anAnswerThatIsStuckEndsAsOneThatWasCutOff(@TempDir Path folder) throws IOException {
        TinyModel.seeded(1).write(folder.resolve("tiny.gguf"));
        List<EngineGeneration.Event> events = new ArrayList<>();
        try (LlamaModel model = LlamaModel.open(folder.resolve("tiny.gguf"), ModelSettings.DEFAULT)) {
            int x = model.vocabulary().tokenize("x", false, false)[0];
            Prompt prompt = new Prompt(new int[] {1}, List.of(), Optional.empty(), Set.of(), false);
            AnswerSink sink =
                    new AnswerSink(model.vocabulary(), prompt, false, Optional.empty(), 0, 0, events::add, () -> {});

            for (int i = 0; i < 31; i++)
                assertThat(sink.accept(x, () -> new float[0])).isTrue();
            for (int i = 0; i < 40; i++)
                assertThat(sink.forced(x)).as("nobody drew it").isTrue();
            assertThat(sink.accept(x, () -> new float[0])).isFalse();
            sink.ended(new TokenSink.Ending(TokenSink.Reason.STOP, 0, 72, 0, 0, 0, 0, 0));
        }

        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        EngineGeneration.Event.End.class,
                        end -> assertThat(end.summary().reason()).isEqualTo(DoneReason.LENGTH));
    }

    private static boolean stuck(RepeatGuard guard, String piece) {
        return guard.isStuck(piece.getBytes(StandardCharsets.UTF_8));
    }
}
