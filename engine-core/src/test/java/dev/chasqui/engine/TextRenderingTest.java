package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What goes of a prompt that is too long.
class TextRenderingTest {

    private static final int[] PROMPT = IntStream.range(0, 1000).toArray();

    @Test
    void theFrontStaysAndSoMuchOfTheEndThatHalfOfTheRestIsLeftForTheAnswer() {
        int[] left = TextRendering.withoutMiddle(PROMPT, 4, 256);

        assertThat(left).startsWith(0, 1, 2, 3, 874).endsWith(998, 999).hasSize(4 + 126);
    }

    @Test
    void aFrontThatWouldFillTheContextLeavesRoomForAFewTokens() {
        for (int keep : new int[] {-1, 252, 253, 1_000_000}) {
            assertThat(TextRendering.withoutMiddle(PROMPT, keep, 256))
                    .as("num_keep %d", keep)
                    .startsWith(0, 1, 2)
                    .endsWith(250, 251, 998, 999)
                    .hasSize(254);
        }
    }

    @Test
    void somethingIsLeftAndThereIsRoomForAnAnswerHoweverSmallTheContext() {
        for (int room = 2; room < 1000; room++) {
            for (int keep : new int[] {-1, 0, 1, 4, 500}) {
                int[] left = TextRendering.withoutMiddle(PROMPT, keep, room);

                assertThat(left.length).as("num_keep %d, %d tokens", keep, room).isBetween(1, room - 1);
                assertThat(left).isSorted().doesNotHaveDuplicates().endsWith(999);
            }
        }
    }

    @Test
    void whatWentIsCounted() {
        Prompt left = rendering(true).shortened(context(256)).prompt();

        assertThat(left.droppedTokens()).isEqualTo(1000 - left.tokens().length);
        assertThat(left.droppedMessages()).isZero();
    }

    @Test
    void whoForbidsIsRefusedInOllamasWordsWithBothNumbers() {
        assertThatThrownBy(() -> rendering(false).shortened(context(256)))
                .hasMessage("the prompt is longer than the context length currently available to the model; shorten"
                        + " the prompt, adjust the context length in settings, or use a model with a longer context"
                        + " length (the prompt is 1000 tokens, the context holds 256; num_ctx may be up to 4096)");
        assertThatThrownBy(() -> rendering(true).shortened(context(1))).hasMessageContaining("the context holds 1;");
    }

    private static TextRendering rendering(boolean mayLose) {
        Prompt prompt = new Prompt(PROMPT, List.of(), Optional.empty(), Set.of(), true);
        return new TextRendering(new Prompts.Rendered(prompt, OutputSplitter.plain()), mayLose, 4);
    }

    private static ContextPlan context(int tokens) {
        return ContextPlan.of(Options.NONE.with(Option.NUM_CTX, tokens), OptionalInt.empty(), 4096);
    }
}
