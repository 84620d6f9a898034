package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ContextPlanTest {

    @Test
    void aRequestsNumCtxComesBeforeTheConfigurationAndTheDefault() {
        Options asked = Options.NONE.with(Option.NUM_CTX, 1000);

        assertThat(ContextPlan.of(asked, OptionalInt.of(2000), 8192).contextTokens())
                .isEqualTo(1000);
        assertThat(ContextPlan.of(Options.NONE, OptionalInt.of(2000), 8192).contextTokens())
                .isEqualTo(2000);
        assertThat(ContextPlan.of(Options.NONE, OptionalInt.empty(), 8192).contextTokens())
                .isEqualTo(4096);
    }

    @Test
    void noContextIsLongerThanTheModelWasTrainedOn() {
        Options asked = Options.NONE.with(Option.NUM_CTX, 100_000);

        assertThat(ContextPlan.of(asked, OptionalInt.empty(), 8192).contextTokens())
                .isEqualTo(8192);
    }

    @Test
    void aContextNobodyFixedGrowsToHoldThePromptAndAnAnswer() {
        ContextPlan plan = ContextPlan.of(Options.NONE, OptionalInt.empty(), 32_768);

        assertThat(plan.fitting(3000, OptionalInt.empty()).contextTokens()).isEqualTo(4096);
        assertThat(plan.fitting(3500, OptionalInt.of(10)).contextTokens()).isEqualTo(4096);
        assertThat(plan.fitting(3500, OptionalInt.empty()).contextTokens()).isEqualTo(8192);
        assertThat(plan.fitting(8929, OptionalInt.empty()).contextTokens()).isEqualTo(16_384);
        assertThat(plan.fitting(32_000, OptionalInt.empty()).contextTokens()).isEqualTo(32_768);
    }

    @Test
    void aPromptBeyondAFixedContextIsRefusedWithBothNumbers() {
        ContextPlan plan = ContextPlan.of(Options.NONE.with(Option.NUM_CTX, 512), OptionalInt.empty(), 8192);

        assertThat(plan.fitting(511, OptionalInt.empty()).contextTokens()).isEqualTo(512);
        assertThatThrownBy(() -> plan.fitting(512, OptionalInt.empty()))
                .hasMessageContaining("the prompt is longer than the context length currently available")
                .hasMessageContaining("the prompt is 512 tokens, the context holds 512; num_ctx may be up to 8192");
    }

    @Test
    void aPromptBeyondTheModelIsRefused() {
        ContextPlan plan = ContextPlan.of(Options.NONE, OptionalInt.empty(), 8192);

        assertThatThrownBy(() -> plan.fitting(9000, OptionalInt.empty()))
                .hasMessageContaining("the prompt is 9000 tokens, the context holds 8192)");
    }
}
