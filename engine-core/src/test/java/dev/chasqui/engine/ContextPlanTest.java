package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import java.util.Map;
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

    @Test
    void whereThereIsNoMemoryForMoreAContextIsAsLargeAsItCanBe() {
        ContextPlan free = ContextPlan.of(Options.NONE, OptionalInt.empty(), 32_768);
        ContextPlan chosen = ContextPlan.of(Options.NONE.with(Option.NUM_CTX, 16_384), OptionalInt.empty(), 32_768);

        for (ContextPlan plan : new ContextPlan[] {free.within(8192), chosen.within(8192)}) {
            assertThat(plan.fitting(5000, OptionalInt.empty()).contextTokens()).isEqualTo(8192);
            assertThat(plan.holds(8191)).isTrue();
            assertThatThrownBy(() -> plan.fitting(8192, OptionalInt.empty()))
                    .hasMessageContaining(
                            "(the prompt is 8192 tokens, the context holds 8192; there is no memory for more)");
        }
        assertThat(free.within(2048).fitting(100, OptionalInt.empty()).contextTokens())
                .isEqualTo(2048);
        assertThat(chosen.within(16_384)).isEqualTo(chosen);
    }

    @Test
    void anExactContextDependsOnNothingButTheRequestAndTheModel() {
        Options options = Options.NONE.with(Option.NUM_CTX, 300).with(Option.NUM_THREAD, 1);
        EngineConfig config =
                EngineConfig.fromEnvironment(Map.of("OLLAMA_NUM_PARALLEL", "4", "OLLAMA_KV_CACHE_TYPE", "q8_0"));

        ContextSettings settings =
                ContextPlan.of(options, OptionalInt.empty(), 8192).exactSettings(options, config);

        assertThat(settings)
                .isEqualTo(ContextSettings.of(300)
                        .withBatch(512, 512)
                        .withThreads(1, 1)
                        .withCache(FlashAttention.OFF, CacheType.F16, CacheType.F16));
        assertThat(settings.sequences()).isEqualTo(1);
    }
}
